"""The field's words: those that config/texts/LANGUAGE/terms.ini names, and how to find one that stands bare in a text."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Words for the same things that the texts have no business to use either.
SYNONYMS = {'en': 'obstacle facilitator broker', 'fr': 'obstacle barrière facilitateur praticien praticienne construit', 'ar': ''}
ARABIC = '\u0621-\u065f\u0670-\u06d3'

# What stays as it is: what is typed or read by programs. Placeholders, commands, options, section names, code, paths.
CODE = re.compile(r'\{[^}]*\}|readiness(?: [a-z][a-z-]+){1,2}|--[a-z][a-z-]*|\[[^\]]*\]|`[^`]*`|[\w-]*[./_:-](?=[a-z{])[\w./:{}-]+')


def texts_of(path):
    """[(line number, section, key, text)]"""
    found, section = [], ''
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            head, key = re.match(r'\[([^\]]+)\]', line), re.match(r'([\w.-]+)\s*=\s*"(.*)"', line)
            section = head.group(1) if head else section
            if key:
                found.append((number, section, key.group(1), key.group(2)))
    return found


def words_of(language):
    """{"barrier.one": "barrier", ...}"""
    path = os.path.join(ROOT, 'config/texts', language, 'terms.ini')
    return {key: text for _, _, key, text in texts_of(path)}


def names_of(language):
    return sorted({key.split('.')[0] for key in words_of(language)})


def default_words(language):
    """A pattern of all default words of a language, singular and plural, and of their synonyms."""
    words = {text for key, text in words_of(language).items() if key.endswith(('.one', '.many'))}
    for word in SYNONYMS.get(language, '').split():
        words |= {word, word + 's'}
    words = sorted(words, key=lambda w: (-len(w), w))
    if language == 'ar':  # particles and the article are written together with the word, endings too
        bodies = '|'.join(re.sub('ة$', '[ةت]', re.escape(w)).replace('\\ ', ' (?:ال)?') for w in words)
        return re.compile('(?<![%s])[وفبكل]{0,2}(?:ال|ل)?(?:%s)(?:اً|ً|ان|ين|ها|ه|هم|كم|نا)?(?![%s])' % (ARABIC, bodies, ARABIC))
    return re.compile(r'(?<![\w])(?:%s)(?![\w])' % '|'.join(re.escape(w) for w in words), re.I)


def bare(text):
    """The text without what is no word for people; of {term.x:this|that} both words stay."""
    return CODE.sub(' ', re.sub(r'\{term\.\w+:([^}|]*)\|([^}]*)\}', r' \1 \2 ', text))
