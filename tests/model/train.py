"""Trains the tiny test model from scratch on the examples of `tests.model.examples`.

    python -m tests.model.train EXAMPLES WEIGHTS

One CPU thread is enough. Needs the engine environment (torch and transformers).
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

VOCABULARY: Final = 1536
CONTEXT: Final = 4096
TOKENS_PER_STEP: Final = 2048
CONTEXT_LOSS: Final = 0.1
SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE: Final = (
    "{%- for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{%- if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Sample = list[tuple[list[int], bool]]  # pieces of a conversation; True: an answer, to be learned


def read(path: Path) -> list[dict[str, Any]]:
    """The examples of one level."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def train_tokenizer(examples: list[dict[str, Any]]) -> PreTrainedTokenizerFast:
    """A byte-level BPE. Digits and Chinese characters stand alone and pieces are short, so that unseen names and values
    are copied piece by piece."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d|[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=list(SPECIAL), max_token_length=5, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    bpe.train_from_iterator((render(example["messages"]) for example in examples), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=CHAT_TEMPLATE,
        model_max_length=CONTEXT, clean_up_tokenization_spaces=False,
    )  # fmt: skip


def render(messages: list[dict[str, Any]]) -> str:
    """What the chat template makes of the messages."""
    return "".join(f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n" for message in messages)


def sample(tokenizer: PreTrainedTokenizerFast, messages: list[dict[str, Any]]) -> Sample:
    """The messages as tokens, in pieces."""
    pieces: Sample = []
    for message in messages:
        answers = message["role"] == "assistant"
        text = f"{message['content']}<|im_end|>"
        head = f"<|im_start|>{message['role']}\n" + ("" if answers else text + "\n")
        pieces.append((tokenizer.encode(head), False))
        if answers:
            pieces += [(tokenizer.encode(text), True), (tokenizer.encode("\n"), False)]
    return pieces


def length(one: Sample) -> int:
    """Tokens of a sample."""
    return sum(len(ids) for ids, _ in one)


def new_model() -> Qwen3ForCausalLM:
    """An untrained Qwen3 of about 1.9 million parameters."""
    torch.manual_seed(0)
    shape = {"hidden_size": 192, "intermediate_size": 448, "num_hidden_layers": 4, "head_dim": 32}
    heads = {"num_attention_heads": 6, "num_key_value_heads": 6}
    special = {"bos_token_id": None, "eos_token_id": 2, "pad_token_id": 0}
    config = Qwen3Config(
        vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, tie_word_embeddings=True, use_cache=False,
        attn_implementation="sdpa", **shape, **heads, **special,
    )  # fmt: skip
    return Qwen3ForCausalLM(config)


class Muon:
    """Momentum whose matrix updates are made orthogonal by Newton-Schulz iterations (Jordan et al., 2024)."""

    def __init__(self, matrices: list[torch.nn.Parameter], momentum: float = 0.95) -> None:
        self.momentum = momentum
        self.buffers = [(matrix, torch.zeros_like(matrix)) for matrix in matrices]

    def step(self, rate: float) -> None:
        """One update; the gradients are spent."""
        with torch.no_grad():
            for matrix, buffer in self.buffers:
                buffer.lerp_(matrix.grad, 1 - self.momentum)
                update = orthogonal(matrix.grad.lerp(buffer, self.momentum))
                scale = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
                matrix.add_(update, alpha=-rate * scale)
                matrix.grad = None


def orthogonal(gradient: torch.Tensor) -> torch.Tensor:
    """Nearly the closest orthogonal matrix: five quintic Newton-Schulz iterations."""
    tall = gradient.shape[0] > gradient.shape[1]
    x = gradient.T if tall else gradient
    x = (x / (x.norm() + 1e-7)).bfloat16()
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.T if tall else x).float()


def batches(samples: list[Sample], rng: random.Random) -> Iterator[list[Sample]]:
    """One pass: samples of like length together, about TOKENS_PER_STEP in each batch."""
    rng.shuffle(samples)
    for start in range(0, len(samples), 512):
        ready: list[list[Sample]] = [[]]
        for one in sorted(samples[start : start + 512], key=length):
            if (len(ready[-1]) + 1) * length(one) > TOKENS_PER_STEP and ready[-1]:
                ready.append([])
            ready[-1].append(one)
        rng.shuffle(ready)
        yield from ready


def loss_of(model: Qwen3ForCausalLM, batch: list[Sample]) -> tuple[torch.Tensor, float]:
    """The loss to minimise, and the answers' share of it for the log."""
    width = max(map(length, batch))
    ids = torch.zeros((len(batch), width), dtype=torch.long)
    weight = torch.zeros((len(batch), width))
    for row, one in enumerate(batch):
        at = 0
        for piece, learned in one:
            ids[row, at : at + len(piece)] = torch.tensor(piece)
            weight[row, at : at + len(piece)] = 1.0 if learned else CONTEXT_LOSS
            at += len(piece)
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden).float()
    each = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    flat = weight[:, 1:].flatten()
    answers = (flat == 1.0).float()
    context = flat * (1 - answers)
    loss = (each * answers).sum() / answers.sum() + (each * context).sum() / (context > 0).sum()
    return loss, float((each.detach() * answers).sum() / answers.sum())


def train(model: Qwen3ForCausalLM, levels: list[list[Sample]], *, further: bool) -> None:
    """One pass over the levels.

    From scratch: easy ones first, and the learning rate falls over the last third. Further: all mixed, and it falls
    from the beginning.
    """
    named = list(model.model.layers.named_parameters())
    matrices = [value for _, value in named if value.ndim == 2]
    chosen = {id(value) for value in matrices}
    others = [value for value in model.parameters() if id(value) not in chosen]
    muon, adam = Muon(matrices), torch.optim.AdamW(others, lr=2e-3, betas=(0.9, 0.95), weight_decay=0.0)
    rng = random.Random(0)
    plan = [batch for samples in levels for batch in batches(samples, rng)]
    if further:
        rng.shuffle(plan)
    start, shown = time.monotonic(), 0.0
    for number, batch in enumerate(plan):
        left = 1 - number / len(plan)
        rate = min((number + 1) / 20, 0.02 + 0.6 * left if further else min(1.0, 0.05 + 3 * left))
        for group in adam.param_groups:
            group["lr"] = 2e-3 * rate
        loss, answers = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        adam.step()
        adam.zero_grad()
        muon.step(0.01 * rate)
        shown = answers if number == 0 else 0.95 * shown + 0.05 * answers
        if number % 25 == 0:
            width = length(batch[-1])
            print(
                f"step {number}/{len(plan)} length {width} answer {shown:.3f} {time.monotonic() - start:.0f} s",
                flush=True,
            )


def check(weights: Path, examples: list[dict[str, Any]], show: bool) -> None:
    """Prints the share of answers that hold the right value, or tell that there is none, by language."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(weights)
    model = Qwen3ForCausalLM.from_pretrained(weights, dtype=torch.float32)
    right: dict[str, list[bool]] = {}
    for example in examples:
        asked = [message for message in example["messages"] if message["role"] != "assistant"]
        ids = torch.tensor([tokenizer.encode(render(asked) + "<|im_start|>assistant\n")])
        with torch.inference_mode():
            made = model.generate(ids, max_new_tokens=96, do_sample=False, attention_mask=torch.ones_like(ids))
        text = tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True)
        value = example["value"]
        right.setdefault(example["language"] + ("" if value else " without an answer"), []).append(
            f"{value} [" in text if value else "[" not in text
        )
        if show:
            print(f"{asked[-1]['content']} -> {text}")
    for kind, results in sorted(right.items()):
        print(f"{kind}: {sum(results)} of {len(results)} right", flush=True)


def main() -> None:
    """Tokenizer, training, weights, check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--further", action="store_true", help="go on with the weights that are there")
    parser.add_argument("--check", action="store_true", help="only check the weights that are there")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if not asked.check:
        make(asked.examples, asked.weights, further=asked.further)
    check(asked.weights, read(asked.examples / "check.jsonl"), show=False)
    check(asked.weights, read(asked.examples / "realistic.jsonl"), show=True)


def make(examples: Path, weights: Path, *, further: bool) -> None:
    """Trains, from scratch or further, and writes the weights and the tokenizer."""
    levels = [read(examples / f"{name}.jsonl") for name in ("easy", "middle", "full")[further:]]
    if further:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(weights)
        model = Qwen3ForCausalLM.from_pretrained(weights, dtype=torch.float32)
        model.config.use_cache = False
    else:
        tokenizer = train_tokenizer([example for level in levels for example in level[::3]])
        model = new_model()
    samples = [[sample(tokenizer, one["messages"]) for one in level] for level in levels]
    for level in samples:
        lengths = sorted(map(length, level))
        print(
            f"{len(level)} examples, {sum(lengths)} tokens, median {lengths[len(lengths) // 2]}, longest {lengths[-1]}"
        )
    print(f"{sum(value.numel() for value in model.parameters())} parameters", flush=True)
    train(model, samples, further=further)
    model.generation_config = GenerationConfig(eos_token_id=2, pad_token_id=0, do_sample=False)
    model.config.use_cache = True
    model.to(torch.bfloat16).save_pretrained(weights)
    tokenizer.save_pretrained(weights)
    (weights / "model.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
