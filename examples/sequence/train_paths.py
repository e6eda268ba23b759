"""Makes the dishonest casino and the tagger of this folder; made with Python 3.11 and numpy 2.

    python3 train_paths.py          # a minute; writes the .npz and .npy files

The tagger learns from `alice_tagged.txt`: one sentence a line, each word with its tag. That file was made
once from chapters of Alice's Adventures in Wonderland (L. Carroll, 1865, public domain) by the tagger of
spaCy 3.8 (model en_core_web_sm 3.8.0, MIT), punctuation left out; its tags are as good as that tagger.
"""

import collections
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


# The casino of Durbin, Eddy, Krogh and Mitchison, Biological sequence analysis (1998), 3.1: a fair die
# and one that shows a six every other time, changed in secret.
START = np.array([0.5, 0.5])
CHANGE = np.array([[0.95, 0.05], [0.1, 0.9]])
SHOWN = np.array([[1 / 6] * 6, [0.1] * 5 + [0.5]])


def casino():
    """Rolls of the dice: 40 evenings of 300 rolls, and which die each was."""
    random = np.random.default_rng(1998)
    rolls = np.zeros((40, 300, 1))
    dice = np.zeros((40, 300, 1))
    for evening in range(len(rolls)):
        die = random.choice(2, p=START)
        for roll in range(rolls.shape[1]):
            dice[evening, roll] = die
            rolls[evening, roll] = random.choice(6, p=SHOWN[die])
            die = random.choice(2, p=CHANGE[die])
    np.save(path("casino_rolls.npy"), rolls.astype(np.float32))
    np.save(path("casino_dice.npy"), dice.astype(np.float32))
    print(f"casino: always the fair die would be right for {100 * np.mean(dice == 0):.1f} %")


TAGS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN SCONJ VERB X".split()
ENDINGS = "ing ed ly s er est ness ion able ful less y e t".split()
VOCABULARY = 512
LONGEST = 40


def shape(word):
    """The class of a word that is not in the vocabulary: how it begins and ends."""
    ending = next((end for end in ENDINGS if word.lower().endswith(end)), "")
    return f"<{'A' if word[0].isupper() else 'a'}..{ending}>"


def read():
    with open(path("alice_tagged.txt"), encoding="ascii") as file:
        lines = [[pair.rsplit("/", 1) for pair in line.split()] for line in file]
    return [([w for w, _ in line], [TAGS.index(t) for _, t in line]) for line in lines]


def vocabulary(sentences):
    """The most frequent words, and all classes of the others."""
    classes = [f"<{case}..{end}>" for case in "Aa" for end in [*ENDINGS, ""]]
    counts = collections.Counter(word for words, _ in sentences for word in words)
    words = [word for word, count in counts.most_common() if count > 1]
    return (classes + words)[:VOCABULARY]


def logsum(a, axis):
    most = a.max(axis=axis, keepdims=True)
    return np.squeeze(most, axis) + np.log(np.exp(a - most).sum(axis=axis))


def gradient(p, tokens, tags):
    """The logarithm of the probability of the tags of a sentence, and its gradient by forward and
    backward sums (Lafferty, McCallum and Pereira 2001)."""
    b, a = p["emission"][tokens], p["transition"]
    steps, n = b.shape
    alpha, beta = np.zeros((steps, n)), np.zeros((steps, n))
    alpha[0] = p["start"] + b[0]
    for t in range(1, steps):
        alpha[t] = logsum(alpha[t - 1][:, None] + a, 0) + b[t]
    beta[-1] = p["end"]
    for t in range(steps - 2, -1, -1):
        beta[t] = logsum(a + (b[t + 1] + beta[t + 1])[None, :], 1)
    z = logsum(alpha[-1] + p["end"], 0)
    own = np.exp(alpha + beta - z)
    g = {key: np.zeros_like(value) for key, value in p.items()}
    given = np.zeros((steps, n))
    given[np.arange(steps), tags] = 1
    np.add.at(g["emission"], tokens, given - own)
    g["start"], g["end"] = given[0] - own[0], given[-1] - own[-1]
    for t in range(1, steps):
        pair = alpha[t - 1][:, None] + a + (b[t] + beta[t])[None, :] - z
        g["transition"] -= np.exp(pair)
        g["transition"][tags[t - 1], tags[t]] += 1
    score = p["start"][tags[0]] + b[np.arange(steps), tags].sum() + p["end"][tags[-1]]
    score += a[tags[:-1], tags[1:]].sum()
    return score - z, g


def best(p, tokens):
    b, back = p["emission"][tokens], []
    delta = p["start"] + b[0]
    for t in range(1, len(b)):
        sums = delta[:, None] + p["transition"]
        back.append(sums.argmax(axis=0))
        delta = sums.max(axis=0) + b[t]
    tag = int((delta + p["end"]).argmax())
    tags = [tag]
    for pointers in reversed(back):
        tag = int(pointers[tag])
        tags.append(tag)
    return tags[::-1]


def tagger():
    """Tags of words by scores of each word and of each pair of tags; every fifth sentence is kept for
    the test."""
    sentences = read()
    test = sentences[4::5]
    train = [sentence for at, sentence in enumerate(sentences) if at % 5 != 4]
    words = vocabulary(train)
    place = {word: at for at, word in enumerate(words)}
    # A rare word is known by its class; so is, now and then, one of the vocabulary in training, which
    # gives the classes scores.
    number = lambda word: place.get(word, place[shape(word)])
    counts = collections.Counter(word for words, _ in train for word in words)
    n = len(TAGS)
    p = {
        "emission": np.zeros((len(words), n)),
        "transition": np.zeros((n, n)),
        "start": np.zeros(n),
        "end": np.zeros(n),
    }
    squares = {key: np.full_like(value, 1e-8) for key, value in p.items()}
    random = np.random.default_rng(1)
    for epoch in range(6):
        total = 0.0
        for at in random.permutation(len(train)):
            text, tags = train[at]
            rare = random.random(len(text)) < [0.5 / counts[word] for word in text]
            tokens = np.array([place[shape(w)] if r else number(w) for w, r in zip(text, rare)])
            score, g = gradient(p, tokens, np.array(tags))
            total += score
            for key in p:
                step = g[key] - 1e-4 * p[key]
                squares[key] += step * step
                p[key] += 0.25 * step / np.sqrt(squares[key])
        print(f"tagger: epoch {epoch}, log-likelihood a sentence {total / len(train):.3f}")
    tokens = [np.array([number(word) for word in text]) for text, _ in test]
    found = [best(p, of) for of in tokens]
    right = sum(a == b for path, (_, tags) in zip(found, test) for a, b in zip(path, tags))
    of = sum(len(tags) for _, tags in test)
    alone = [p["emission"][of].argmax(axis=1) for of in tokens]
    by_itself = sum(a == b for path, (_, tags) in zip(alone, test) for a, b in zip(path, tags))
    print(f"tagger: {right} of {of} words, {100 * right / of:.1f} %; {100 * by_itself / of:.1f} % word by word")
    arrays = {key: value.astype(np.float32) for key, value in p.items()}
    # As many rows as the vocabulary of the description has.
    rest = VOCABULARY - len(words)
    arrays["emission"] = np.pad(arrays["emission"], ((0, rest), (0, 0)))
    np.savez(path("tagger.npz"), **arrays)
    padded = lambda rows: np.array([list(row) + [0] * (LONGEST - len(row)) for row in rows])
    np.save(path("tagger_words.npy"), padded(tokens)[:, :, None].astype(np.float32))
    np.save(path("tagger_tags.npy"), padded([tags for _, tags in test])[:, :, None].astype(np.float32))


casino()
tagger()
