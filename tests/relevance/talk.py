"""What people also ask, and documents at work do not answer."""

SMALL_TALK = (
    "What is the weather tomorrow?", "讲个笑话", "Tell me a joke", "明天天气怎么样？", "Hello", "你好", "Who are you?",
    "你是谁？", "Thank you very much!", "谢谢你", "How do I bake sourdough bread?", "怎么做红烧肉？",
    "What is the capital of Mongolia?", "附近有什么好吃的餐厅？", "Translate good morning into Spanish", "现在几点了？",
    "Write a poem about autumn", "写一首关于秋天的诗", "Which planet has the most moons?", "昨天的足球比赛谁赢了？",
    "Who won the football match yesterday?", "帮我订一张去上海的机票", "Can you recommend a good restaurant nearby?",
    "一根香蕉有多少卡路里？", "What time is it?", "我的猫生病了怎么办？", "How old are you?", "哪只股票值得买？",
    "Please summarise the news of today", "天空为什么是蓝色的？", "What is the square root of 1764?",
    "怎样去除衣服上的油渍？", "Set a timer for ten minutes", "推荐一部好看的电影",
    "How do I remove a wine stain from a carpet?", "周末会下雨吗？", "My cat is sick, what should I do?",
    "人生的意义是什么？", "Is it going to rain this weekend?", "无线网络密码是多少？", "sing me a song", "给我唱首歌",
    "what is the meaning of life", "怎么换自行车轮胎？", "How many calories are in a banana?", "请把早上好翻译成法语",
    "Which shares should I buy?", "量子计算机的原理是什么？", "How do I change the tyre of a bicycle?", "怎样系领带？",
    "Where can I park near the opera?", "孩子发烧三十九度怎么办", "Why is the sky blue?", "今天的新闻有哪些？",
    "Book a flight to Lisbon for Friday", "十七乘以二十三等于多少？", "How do I tie a bow tie?", "世界杯冠军是谁？",
    "Who painted the Mona Lisa?", "如何学好钢琴",
)  # fmt: skip
