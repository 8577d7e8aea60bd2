"""How long the stages of one answer took."""


class Stages:
    """Seconds by stage, in the order in which they ended: rewrite, embed, search, rerank, prompt, first_token, answer
    (what comes behind the first token). A stage that came several times, as with several questions, has the sum."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def add(self, stage: str, seconds: float) -> None:
        """Notes a stage."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
