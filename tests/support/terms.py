"""The field's words in the interface's texts, put in as the program does (engine/base/terms.h), from config/texts alone."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FRENCH = {'a': ('un ', 'une '), 'the': ('le ', 'la ', 'l’'), 'of': ('de ', 'de ', 'd’'), 'of_a': ('d’un ', 'd’une '),
          'of_the': ('du ', 'de la ', 'de l’'), 'to_the': ('au ', 'à la ', 'à l’'), 'this': ('ce ', 'cette '),
          'no': ('aucun ', 'aucune '), 'its': ('son ', 'sa ', 'son '), 'the_many': ('les ', 'les '),
          'of_many': ('de ', 'de ', 'd’'), 'of_the_many': ('des ', 'des '), 'to_the_many': ('aux ', 'aux ')}


def words_of(language):
    path = os.path.join(ROOT, 'config/texts', language, 'terms.ini')
    with open(path, encoding='utf-8') as file:
        return dict(re.findall(r'^([\w.]+) *= "(.*)"$', file.read(), re.M))


def form_of(words, language, name, form):
    given = words.get('%s.%s' % (name, form))
    if given is not None:
        return given
    word = words['%s.%s' % (name, 'many' if 'many' in form else 'one')]
    if language == 'en':
        return {'a': ('an ' if word[0] in 'aeio' else 'a ') + word, 'the': 'the ' + word}[form]
    feminine = words.get(name + '.gender') == 'f'
    before = FRENCH[form]
    elided = word[0] in 'aeiouyhâàéèêîôœ'
    if elided and form == 'this' and not feminine:
        return 'cet ' + word
    return (before[2] if elided and len(before) == 3 else before[feminine]) + word


def resolved(text, language):
    """The text as people read it."""
    words = words_of(language)

    def one(found):
        capital, inside = found.group(1) == 'T', found.group(2)
        if ':' in inside:
            name, choices = inside.split(':', 1)
            return choices.split('|')[words.get(name + '.gender') == 'f']
        name, _, form = inside.partition('.')
        word = form_of(words, language, name, form or 'one')
        return word[0].upper() + word[1:] if capital else word
    return re.sub(r'\{([tT])erm\.([^}]*)\}', one, text)
