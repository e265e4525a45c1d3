#!/usr/bin/python3
"""The rules of the house, checked on the source text: who may include whom, which library stays in which room, calls that
are forbidden, words that belong into config/texts, and paths that belong to nobody's machine. Prints every breach."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(ROOT)
sys.path.insert(0, os.path.join(ROOT, 'tests'))

from support import terms  # noqa: E402

# A room may include itself and the rooms named behind it: every arrow points down.
FLOORS = {
    'base': [],
    'store': ['base'],
    'instrument': ['base'],
    'exchange': ['instrument', 'base'],
    'collect': ['instrument', 'store', 'base'],
    'access': ['store', 'base'],
    'aggregate': ['instrument', 'store', 'base'],
    'reports': ['aggregate', 'instrument', 'store', 'base'],
    'mail': ['collect', 'instrument', 'store', 'base'],
    'web': ['exchange', 'reports', 'mail', 'aggregate', 'collect', 'access', 'instrument', 'store', 'base'],
    'cli': ['web', 'exchange', 'reports', 'mail', 'collect', 'access', 'aggregate', 'instrument', 'store', 'base'],
    'main': ['cli'],
}
# Headers of libraries, and where alone they may be included.
LIBRARIES = {
    'microhttpd.h': 'engine/web/server/',
    'iniparser.h': 'engine/base/ini',
    'dictionary.h': 'engine/base/ini',
    'sqlite3.h': 'engine/store/sqlite/',
    'libpq-fe.h': 'engine/store/postgres/',
    'xlsxwriter.h': ('reports/', 'engine/exchange/table.c'),  # workbooks of results; forms for other systems
    'zip.h': ('reports/', 'engine/exchange/sheets_xlsx.c'),
    'expat.h': 'engine/exchange/xml.c',
    'curl/curl.h': ('engine/mail/', 'engine/cli/demo/'),
    'qrencode.h': 'engine/web/',
    'nettle/hmac.h': 'engine/access/',
}
# Calls, where they are allowed, and why not elsewhere.
FORBIDDEN = [
    (r'\b(malloc|calloc|realloc)\s*\(', r'^engine/base/', 'use arenas, or mem_alloc for what outlives them'),
    (r'\biniparser_(getint|getboolean|getdouble|getlongint|dump\w*)\b', r'^$', 'crashes or guesses'),
    (r'\bsetlocale\s*\(', r'^$', 'a locale with a decimal comma corrupts workbooks and numbers'),
    (r'\bworksheet_write\s*\(|\bworksheet_write_formula\b|\bworksheet_write_url\b', r'^$', 'guesses or makes formulas'),
    (r'\bsqlite3_exec\s*\(', r'^engine/store/sqlite/database\.c', 'prepared statements only'),
    (r'\b(sprintf|strncpy|gets|system|popen|strtok)\s*\(', r'^$', 'unsafe'),
    (r'\bstore_(?!folder|close\b|open\b)\w+\s*\(', r'^engine/(store|collect|access|cli|mail/(mailer|hooks)|web/(workspace|api)|aggregate/results\w*\.c)|^tests/',
     'only collect, the results driver, the mailer, the workspace and commands talk to the store'),
]


def room_of(path):
    if path.startswith('reports/'):
        return 'reports'
    if path == 'engine/main.c':
        return 'main'
    return path.split('/')[1]


def without_comments(text):
    return re.sub(r'/\*.*?\*/', lambda m: '\n' * m.group().count('\n'), text, flags=re.S)


def check_includes(path, text, say):
    room = room_of(path)
    for number, line in enumerate(text.split('\n'), 1):
        quoted = re.match(r'#include "([^"]+)"', line)
        if quoted:
            there = quoted.group(1).split('/')[0]
            if there != room and there not in FLOORS[room]:
                say(path, number, '%s must not include %s' % (room, quoted.group(1)))
        angled = re.match(r'#include <([^>]+)>', line)
        if angled:
            for header, place in LIBRARIES.items():
                if angled.group(1).endswith(header) and not path.startswith(place):
                    say(path, number, '%s may be included in %s only' % (header, place))


def check_calls(path, text, say):
    for number, line in enumerate(text.split('\n'), 1):
        for pattern, allowed, why in FORBIDDEN:
            if re.search(pattern, line) and not re.search(allowed, path):
                say(path, number, '%s: %s' % (re.search(pattern, line).group().strip(), why))


def check_words(path, text, say):
    """Sentences belong into config/texts: a literal of three words or more that is not SQL."""
    # SQL; without memory there are no texts; the key table's examples are lines of an instrument file; the heads and types
    # of other systems' files are what they are
    if path.startswith(('engine/store/sql/', 'engine/store/sqlite/', 'engine/store/postgres/')) or path in (
            'engine/base/arena.c', 'engine/base/memory.c', 'engine/instrument/keys.c', 'engine/exchange/redcap_columns.c',
            'engine/exchange/export_redcap.c', 'engine/exchange/xlsform_types.c'):
        return
    for number, line in enumerate(text.split('\n'), 1):
        if '#include' in line or 'XLSX_FORMAT' in line:
            continue
        for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', line):
            if re.search(r"[A-Za-z]{2,}[;]? [a-z]{2,}[;]? [a-z]{2,}", literal) and '=' not in literal:
                say(path, number, 'words of the interface: "%s"' % literal)


def check_sizes(path, text, say):
    lines = text.count('\n')
    if lines > 700:
        say(path, lines, 'longer than 700 lines')


def check_aggregate(path, text, say):
    if path.startswith('engine/aggregate/') and 'store/store.h' in text and not os.path.basename(path).startswith('results'):
        say(path, 1, 'only the results driver knows the store')


def keys_of(path):
    keys, section = set(), ''
    for line in open(path, encoding='utf-8'):
        head = re.match(r'\[([^\]]+)\]', line)
        key = re.match(r'([A-Za-z0-9_.-]+)\s*=', line)
        if head:
            section = head.group(1)
        elif key:
            keys.add(section + '.' + key.group(1))
    return keys


def check_texts(say):
    """English and French have the same files with the same keys, and the code asks for no key that is not there."""
    all_keys = set()
    for path in sorted(glob.glob('config/texts/en/*.ini')):
        french = path.replace('/en/', '/fr/')
        english = keys_of(path)
        for key in sorted(english & all_keys):
            say(path, 1, 'the key %s is in another file too' % key)
        all_keys |= english
        other = keys_of(french) if os.path.exists(french) else set()
        for key in sorted(english ^ other):
            if re.match(r'term\.\w+\.(?!one$|many$)', key):  # forms of a word: each language has its own
                continue
            say(french, 1, 'the key %s is in one of English and French only' % key)
    sections = {k.split('.')[0] for k in all_keys}
    for path in sorted(glob.glob('engine/**/*.c', recursive=True) + glob.glob('reports/*.c')):
        for number, line in enumerate(without_comments(open(path, encoding='utf-8').read()).split('\n'), 1):
            for call in re.findall(r'texts_(?:get|own|fill|count)\([^"]*"([a-z_]+\.[a-z0-9_.]+)"', line):
                found = call in all_keys or call + '.other' in all_keys
                if call.split('.')[0] in sections and not found and not call.endswith('.'):
                    say(path, number, 'there is no text %s' % call)


def check_french(say):
    """French keeps its marks with the word before them: a no-break space before ; : ? ! % and inside the quotation marks."""
    for path in sorted(glob.glob('config/texts/fr/*.ini') + ['config/mail/fr.ini'] + glob.glob('surveys/**/*.fr.ini', recursive=True)):
        for number, line in enumerate(open(path, encoding='utf-8'), 1):
            text = line.partition('"')[2].rpartition('"')[0]
            if not line.startswith((';', '#')) and re.search(r'\S (?!::)[;:?!%»]|« ', text):
                say(path, number, 'a plain space where French has a no-break space')


# What respondents meet: complete in every language there is. Patterns of keys, by file.
RESPONDENTS = {'language.ini': r'language\.', 'web.ini': r'web\.', 'work_reach.ini': r'work\.(poster|stop)_',
               'mail.ini': r'mail\.sample_'}
POSTERS_PAGE = r'work\.poster_(page|pages|back|print)$'  # said to whoever prints them
PLURALS = r'\.(zero|one|two|few|many|other)$'


def texts_of(path):
    """{section.key: text}"""
    found, section = {}, ''
    for line in open(path, encoding='utf-8') if os.path.exists(path) else ():
        head, key = re.match(r'\[([^\]]+)\]', line), re.match(r'([A-Za-z0-9_.-]+)\s*=\s*"(.*)"', line)
        section = head.group(1) if head else section
        if key:
            found[section + '.' + key.group(1)] = key.group(2)
    return found


def check_other_languages(say):
    """A language beside English and French may be partial (English stands in), but what respondents meet is complete, says
    nothing that English does not know, fills in what English fills in, and has a form for every number its grammar knows."""
    for folder in sorted(glob.glob('config/texts/*')):
        language = os.path.basename(folder)
        if language in ('en', 'fr'):
            continue
        pairs = [(p, 'config/texts/en/' + os.path.basename(p)) for p in sorted(glob.glob(folder + '/*.ini'))]
        pairs += [('config/mail/%s.ini' % language, 'config/mail/en.ini')]
        pairs += [(folder + '/' + name, 'config/texts/en/' + name) for name in RESPONDENTS
                  if not os.path.exists(folder + '/' + name)]
        for path, original in pairs:
            if path.endswith('/terms.ini'):  # check_terms
                continue
            ours, english = texts_of(path), texts_of(original)
            needed = RESPONDENTS.get(os.path.basename(path), r'.' if path.startswith('config/mail/') else r'$^')
            for key in sorted(k for k in english if re.match(needed, k) and not re.match(POSTERS_PAGE, k)):
                if key not in ours:
                    say(path, 1, 'the key %s is missing' % key)
            for key, text in sorted(ours.items()):
                form = re.search(PLURALS, key)
                like = english.get(key, english.get(re.sub(PLURALS, '.other', key) if form else key))
                if like is None:
                    say(path, 1, 'English has no key %s' % key)
                    continue
                own, theirs = set(re.findall(r'\{\w+\}', text)), set(re.findall(r'\{\w+\}', like))
                if own != theirs and not (form and own == theirs - {'{n}'}):
                    say(path, 1, 'the text %s does not fill in what English fills in' % key)
                if form and language == 'ar' and form.group(1) == 'other':
                    for word in ('one', 'two', 'few', 'many'):
                        if key[:-len('other')] + word not in ours:
                            say(path, 1, 'the text %s has no form for “%s”' % (key, word))


# Texts that may write a term out: they name a column of a table, a role or another word that is typed or read by programs.
CODES = {('api', 'scope_unknown'), ('api', 'scopes'), ('api', 'tokens_scope_waves'), ('cli', 'people_import'), ('cli', 'set'), ('explain', 'terms.term'), ('roster', 'organisation'),
         ('strategies', 'strategies.column'), ('users', 'role'), ('users', 'user_role'),
         ('work_setup', 'setup_import_people_explain'), ('work_setup', 'setup_import_people_example1')}


def check_terms(say):
    """Every text for people names the field's words as terms (engine/base/terms.h), and names only terms and forms that
    there are. The words are those of config/texts/LANGUAGE/terms.ini."""
    names = set(terms.names_of('en'))
    forms = re.search(r'term_forms\[\] = \{([^}]*)\}', open('engine/base/terms.c', encoding='utf-8').read()).group(1)
    forms = set(re.findall(r'"(\w+)"', forms))
    for language in sorted(os.listdir('config/texts')):
        own = 'config/texts/%s/terms.ini' % language
        if not os.path.exists(own):
            say(own, 1, 'a language needs its terms')
            continue
        for name in sorted(names ^ set(terms.names_of(language))):
            say(own, 1, 'the term %s is in one of English and this language only' % name)
        words = terms.default_words(language)
        for path in sorted(set(glob.glob('config/texts/%s/*.ini' % language)) - {own}) + ['config/mail/%s.ini' % language]:
            room = os.path.basename(path)[:-len('.ini')]
            for number, section, key, text in terms.texts_of(path):
                if (room, key) == ('explain', 'terms.term') and set(re.findall(r'[a-z]+', text.rpartition(':')[2])) != names:
                    say(path, number, 'these are not the terms there are')
                for name, form in re.findall(r'\{[tT]erm\.(\w+)(?:\.(\w+))?', text):
                    if name not in names or form and form not in forms:
                        say(path, number, 'there is no {term.%s}' % (name + (form and '.' + form)))
                found = words.search(terms.bare(text))
                if found and section != 'example' and (room, key) not in CODES:
                    say(path, number, '“%s” is a term: {term....}' % found.group())


def check_machine(say):
    """No path of a machine."""
    files = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], stdout=subprocess.PIPE, text=True).stdout
    for path in files.split('\n'):
        if not path or path.endswith(('.png', '.xlsx')) or path == 'tests/rules/check_rules.py' or not os.path.exists(path):
            continue
        for number, line in enumerate(open(path, encoding='utf-8', errors='replace'), 1):
            if re.search(r'/home/\w|/root/\w', line):
                say(path, number, 'a path of a machine')


def main():
    breaches = []

    def say(path, line, what):
        breaches.append('%s:%d: %s' % (path, line, what))

    sources = sorted(glob.glob('engine/**/*.[ch]', recursive=True) + glob.glob('reports/*.[ch]'))
    for path in sources:
        text = without_comments(open(path, encoding='utf-8').read())
        for check in (check_includes, check_calls, check_words, check_sizes, check_aggregate):
            check(path, text, say)
    check_texts(say)
    check_french(say)
    check_other_languages(say)
    check_terms(say)
    check_machine(say)
    for line in subprocess.run(['script/words-for-numbers', '--check'], capture_output=True, text=True).stdout.splitlines():
        say(line.split(': ', 1)[0], 1, line.split(': ', 1)[1])
    for breach in breaches:
        print(breach)
    print('%d files, %d breaches' % (len(sources), len(breaches)))
    return 1 if breaches else 0


sys.exit(main())
