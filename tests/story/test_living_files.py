#!/usr/bin/python3
"""The instrument's file changes while people answer: other words, an item more, an item less, another scale, a file that is
gone, renamed, broken, half written. Nothing collected is lost or reinterpreted; each change is called by its right name."""
import collections
import contextlib
import json
import os
import random
import re
import threading
import time
import unittest

from support.readiness import Browser, Installation, ROOT
from support.scene import STORY
from support.workspace import add_user, submit

# How many answer the running wave. All of them in front of a page of the form while the file under it changes.
PEOPLE = int(os.environ.get('READINESS_LIVING', '1000'))
ORGANISATIONS = ('north', 'south', 'east', 'west')

with open(STORY, encoding='utf-8') as file:
    TEXT = file.read()


def edited(was, now, text=TEXT):
    assert text.count(was) >= 1, was
    return text.replace(was, now, 1)


WORDING = edited('"Leaders here clear obstacles away."', '"Leaders here clear obstacles out of the way."')
WORDING = edited('"I have practised it."', '"I have practised ${innovation}."', WORDING)
ADDED = edited('item.skill2 =', 'item.skill3 = "I could teach it."\nitem.skill2 =')
REMOVED = edited('item.load2  = "Too many things change at once."\n', '')
SCALE = edited('7 = "Very much"\nfavourable   = 6, 7', '7 = "Very much"\n8 = "All the time"\nfavourable   = 7, 8')
RENAMED_ITEM = edited('item.lead4 ', 'item.lead9 ')
PAGES = edited('[page.self]\nlabel = "You and your team"\nask   = skill, load',
               '[page.self]\nlabel = "You"\nask   = skill\n\n[page.team]\nlabel = "Your team"\nask   = load')
BROKEN = edited('scale       = hinder7', 'scale       = hinder8')
HALF = TEXT[:TEXT.index('[question.role]')]  # a whole instrument by itself, only not the one that is meant


class Living(Installation):
    """An installation whose instruments folder is its own."""

    def __init__(self, **settings):
        super().__init__(**settings)
        os.mkdir(self.path('shelf'))
        self.environment['READINESS_INSTRUMENTS_FOLDER'] = self.path('shelf')
        self.file = self.path('shelf/living.ini')
        self.save(TEXT)

    def save(self, text, how='in place'):
        """As editors do: in place, or a new file that is renamed into its place."""
        target = self.file if how == 'in place' else self.path('shelf/.living.tmp')
        with open(target, 'w', encoding='utf-8') as out:
            out.write(text)
        if target != self.file:
            os.replace(target, self.file)

    def begin(self, name, people):
        self.run('assessment', 'new', name, '--instrument', 'living', '--title', name.title())
        self.write('organisations.csv', 'code,name\n' + ''.join('%s,%s House\n' % (o, o.title()) for o in ORGANISATIONS))
        self.run('organisation', 'import', name, 'organisations.csv')
        self.write('people.csv', 'email,organisation\n' + ''.join(
            'p%d@%s.example,%s\n' % (i, ORGANISATIONS[i % 4], ORGANISATIONS[i % 4]) for i in range(people)))
        self.run('people', 'import', name, 'people.csv')

    def against(self, name='tale', status=0):
        """What `check --against` makes of the file: the change, may it be adopted, {code: subjects}."""
        out, _ = self.run('check', 'living', '--against', name, '--format', 'json', status=status)
        found = json.loads(out)
        if not found['comparisons']:
            return None, None, [f['code'] for f in found['findings']]
        one, = found['comparisons']
        codes = collections.defaultdict(list)
        for d in one['differences']:
            codes[d['code']].append(d['subject'])
        return one['change'], one['adoptable'], dict(codes)

    def stored(self, sql):
        return self.query(sql)


class Person:
    """One respondent, who answers at random what the form of the beginning asks, and is interrupted in the middle."""

    def __init__(self, here, link, random_):
        r = random_
        self.browser, self.token, self.organisation = Browser(here.url), link['token'], link['organisation']
        self.answers = {'role': r.choice(['front', 'support', 'lead'])}
        for name in ('lead1', 'lead2', 'lead3', 'lead4', 'skill1', 'skill2'):
            self.answers[name] = r.choice([1, 2, 3, 4, 5, 'na', 'unsure'])
        for name in ('load1', 'load2'):
            self.answers[name] = r.randint(1, 7)
        if r.random() < 0.3:
            self.answers['obstacle'] = 'No time, %s %08x' % (self.organisation, r.getrandbits(32))
        self.page = None

    def begin(self):
        """As far as the page with skill and load, which is shown and not yet sent."""
        self.page = self.browser.fill(self.token, dict(self.answers, team=''), stop_at='skill1')
        return self.page

    def finish(self):
        page = self.page
        for _ in range(5):
            if page.form(field='.p') is None:
                return page
            page = self.browser.send(page, self.answers)
        raise AssertionError('the form does not end: ' + page.title)

    def given(self):
        return {k: str(v) for k, v in self.answers.items() if k != 'obstacle'}


def plain(stored):
    return {k: str(v) for k, v in json.loads(stored).items()}


def counted(pairs):
    return collections.Counter((o, tuple(sorted(a.items()))) for o, a in pairs)


class RunningWave(unittest.TestCase):
    """One wave of many people, through everything that can happen to a file."""

    def setUp(self):
        self.here = Living()
        self.addCleanup(self.here.__exit__)
        self.random = random.Random(11)

    def crowd(self, here):
        links = here.links('tale', 'personal')
        self.random.shuffle(links)
        return [Person(here, link, self.random) for link in links]

    def overview(self):
        return self.desk.get('/assessments/tale').text

    def step(self, people, act, change, adoptable, codes, words):
        """People are in the middle of the form; the file changes; it is called what it is; they go on to the end."""
        for p in people:
            p.begin()
        act()
        self.assertEqual(self.here.against()[:2], (change, adoptable))
        for code, subjects in codes.items():
            self.assertEqual(self.here.against()[2].get(code), subjects, code)
        self.assertIn(words, self.overview())
        for p in people:
            self.assertIn('practised it' if not self.adopted else 'practised the new practice', p.page.text)
            self.assertIn('answers have arrived', p.finish().text)

    def test_whatever_happens_to_the_file_nothing_collected_is_lost_or_reinterpreted(self):
        here = self.here
        here.begin('tale', PEOPLE)
        here.run('wave', 'open', 'tale', '--label', 'Baseline')
        here.serve()
        self.desk = add_user(here, 'ada@support.example')
        self.adopted = False
        everybody = self.crowd(here)
        size = len(everybody) // 10
        parts = [everybody[i * size:(i + 1) * size] for i in range(9)] + [everybody[9 * size:]]
        begun = time.time()

        self.step(parts[0], lambda: here.save(ADDED), 'additive', False, {'item_added': ['skill3']},
                  'something has been added')
        self.step(parts[1], lambda: here.save(REMOVED, 'rename'), 'breaking', False, {'item_removed': ['load2']},
                  'breaks the comparison')
        self.step(parts[2], lambda: here.save(SCALE), 'breaking', False, {'scale_changed': ['hinder7']},
                  'breaks the comparison')
        self.step(parts[3], lambda: here.save(RENAMED_ITEM), 'breaking', False, {'item_renamed': ['lead4']},
                  'breaks the comparison')
        self.step(parts[4], lambda: here.save(PAGES), 'wording', False, {'pages_changed': ['']}, 'its pages or languages')
        self.refused_adoptions(here)
        self.gone_renamed_broken(here, parts[5:8])
        self.adopt(here, parts[8])
        self.step(parts[9], lambda: here.save(edited('item.skill2 =', 'item.skill3 = "I could teach it."\nitem.skill2 =',
                                                     WORDING), 'rename'),
                  'additive', False, {'item_added': ['skill3']}, 'something has been added')
        print('%d people answered in %.0f s' % (len(everybody), time.time() - begun), flush=True)

        here.run('wave', 'close', 'tale', '--yes')
        stored = [(o, plain(a)) for o, a in here.stored('SELECT organisation, answers FROM response')]
        self.assertEqual(counted(stored), counted((p.organisation, p.given()) for p in everybody))
        texts = here.stored('SELECT organisation, text FROM comment')
        self.assertEqual(sorted(texts), sorted((p.organisation, p.answers['obstacle']) for p in everybody
                                               if 'obstacle' in p.answers))
        self.scored_as_answered(here, everybody)
        self.second_wave(here)

    def refused_adoptions(self, here):
        """More than words is not taken over, neither from the command line nor by a form made by hand."""
        for text in (ADDED, REMOVED, SCALE, PAGES):
            here.save(text)
            _, err = here.run('wave', 'adopt', 'tale', '--yes', status=1)
            self.assertIn('nothing else', err)
            page = self.desk.get('/assessments/tale/waves/1/adopt')
            self.assertFalse([f for f in page.forms if f['action'].endswith('/adopt')])
        token = re.search(r'name=token value=([^ >]+)', self.overview()).group(1).strip('"')
        self.assertEqual(self.desk.post('/assessments/tale/waves/1/adopt', [('token', token)]).status, 422)
        self.assertEqual(here.stored('SELECT count(*) FROM wave_file_before'), [(0,)])

    def gone_renamed_broken(self, here, parts):
        other = here.path('shelf/elsewhere.ini')

        def gone(people, act, words):
            for p in people:
                p.begin()
            act()
            self.assertIn(words, self.overview())
            _, err = here.run('check', 'living', '--against', 'tale', status=1)
            for p in people:
                self.assertIn('answers have arrived', p.finish().text)
            return err

        err = gone(parts[0], lambda: os.remove(here.file), 'has errors or is gone')
        self.assertIn('living', err)
        self.assertEqual(self.desk.get('/instruments/living').status, 404)
        here.save(TEXT)
        gone(parts[1], lambda: os.rename(here.file, other), 'has errors or is gone')
        self.assertEqual(self.desk.get('/instruments/elsewhere').status, 200)
        self.assertIn('elsewhere', self.desk.get('/instruments').text)
        os.rename(other, here.file)
        err = gone(parts[2], lambda: here.save(BROKEN), 'has errors or is gone')
        self.assertIn('hinder8', err)
        self.assertIn('hinder8', self.desk.get('/instruments/living').text)
        self.assertEqual(self.desk.get('/instruments/living/preview/staff?page=1').status, 404)
        here.save(TEXT)
        self.assertEqual(here.against()[:2], ('none', False))
        self.assertNotIn('The instrument’s file', self.overview())

    def adopt(self, here, people):
        """Other words are taken over while people stand on the page that has them: their answers stay good."""
        for p in people:
            p.begin()
        here.save(WORDING)
        self.assertEqual(here.against(), ('wording', True, {'text_changed': ['lead2', 'skill2']}))
        self.assertIn('wording only', self.overview())
        page = self.desk.get('/assessments/tale/waves/1/adopt')
        self.assertIn('out of the way', page.text)
        here.save(edited('I know how', 'I know well how', WORDING))  # not what was looked at
        changed = submit(self.desk, page, '/assessments/tale/waves/1/adopt')
        self.assertEqual(changed.status, 422)
        here.save(WORDING)
        done = submit(self.desk, self.desk.get('/assessments/tale/waves/1/adopt'), '/assessments/tale/waves/1/adopt')
        self.assertEqual(done.status, 200)
        self.assertIn('has the new wording now', done.text)
        self.assertIn('Wording taken over on', done.text)
        self.assertIn('out of the way.” instead of “Leaders here clear obstacles away.', self.desk.get('/assessments/tale/waves').text)
        self.assertEqual(here.against()[:2], ('none', False))
        self.assertIn('wave_adopted', here.run('audit', '--format', 'csv')[0])
        before, = here.stored("SELECT number, text FROM wave_file_before WHERE language = ''")
        self.assertEqual(before, (1, TEXT))
        for i, p in enumerate(people):
            if i % 2 == 0:  # back and forth: the page is made anew, with the new words and the old answers
                back = p.browser.send(p.page, p.answers, button='back')
                self.assertIn('out of the way', back.text)
                self.assertEqual(back.values().get('lead2'), [str(p.answers['lead2'])])
                p.page = p.browser.send(back, p.answers)
                self.assertIn('practised the new practice', p.page.text)
            self.assertIn('answers have arrived', p.finish().text)
        self.adopted = True

    def scored_as_answered(self, here, everybody):
        """The results are those of the answers as they were meant, by the scale and items of the beginning."""
        found = here.results('tale')
        for name in ('load2', 'lead4'):
            codes = [p.answers[name] for p in everybody if isinstance(p.answers[name], int)]
            codes = [8 - c for c in codes] if name == 'load2' else codes  # a barrier from 1 to 7: high is good
            self.assertAlmostEqual(found['', '', 'item', name, 'mean'], sum(codes) / len(codes), places=9)
        self.assertNotIn(('', '', 'item', 'skill3', 'mean'), found)

    def second_wave(self, here):
        """A second wave with a file that has changed in every way: what cannot be set beside the first, and why."""
        text = edited('item.skill2 =', 'item.skill3 = "I could teach it."\nitem.skill2 =', WORDING)
        text = edited('7 = "Very much"\nfavourable   = 6, 7', '7 = "Very much"\n8 = "All the time"\nfavourable   = 7, 8', text)
        text = edited('[question.role]', '[construct.team]\nlabel = "Team spirit"\ndomain = inner\nlevel = team\n'
                      'answered_by = staff\nscale = agree5\nitem.team1 = "We help each other."\n\n[question.role]', text)
        text = text.replace('question.team]', 'question.meeting]').replace('ask   = team', 'ask   = meeting')
        text = edited('ask   = skill, load', 'ask   = skill, load, team', text)
        here.save(text)
        self.assertEqual(here.against()[0], 'breaking')
        here.run('wave', 'open', 'tale', '--label', 'Second')
        again = {'role': 'front', 'lead1': 4, 'lead2': 4, 'lead3': 2, 'lead4': 4, 'skill1': 4, 'skill2': 4, 'skill3': 3,
                 'load1': 8, 'load2': 7, 'team1': 5}
        for link in here.links('tale', 'personal')[:40]:
            self.assertIn('answers have arrived', Browser(here.url).fill(link['token'], again).text)
        here.run('wave', 'close', 'tale', '--yes')
        here.run('report', 'tale', '--all', '--out', 'change.html')
        with open(here.path('change.html'), encoding='utf-8') as page:
            report = page.read()
        for words in ('The questions were others in the wave before', 'asked or counted in another way in the wave before',
                      'Not asked in the wave before'):
            self.assertIn(words, report)
        found = here.results('tale')
        self.assertIn(('', '', 'construct', 'leadership', 'change'), found)
        for name in ('skill', 'load', 'team'):
            self.assertEqual(found.get(('', '', 'construct', name, 'change'), ''), '', name)


class WholeFiles(unittest.TestCase):
    """A file that is being written is not taken before it is whole."""

    def setUp(self):
        self.here = Living()
        self.addCleanup(self.here.__exit__)
        self.here.begin('tale', 8)
        self.here.serve()
        self.desk = add_user(self.here, 'ada@support.example')

    def open_wave(self, label):
        page = self.desk.get('/assessments/tale/waves/open')
        return submit(self.desk, page, '/assessments/tale/waves/open',
                      {'label': label, 'until': '', 'timezone': 'UTC', 'open_links': 'none', 'few': 'yes'})

    def test_half_a_file_is_neither_shown_nor_asked(self):
        here = self.here
        self.assertIn('Role', self.desk.get('/instruments/living/preview/staff?page=1').text.title())
        with open(here.file, 'w', encoding='utf-8') as out:
            out.write(HALF)
            out.flush()
            page = self.desk.get('/instruments/living')
            self.assertIn('writing this file', page.text)
            self.assertIn('What is your role', self.desk.get('/instruments/living/preview/staff?page=1').text)
            refused = self.open_wave('Too early')
            self.assertEqual(refused.status, 422)
            self.assertIn('writing this file', refused.text)
            out.write(TEXT[len(HALF):].replace('What is your role', 'What is your work'))
        self.assertIn('What is your work', self.desk.get('/instruments/living/preview/staff?page=1').text)
        self.assertEqual(self.open_wave('Now').status, 200)
        (text,), = here.stored('SELECT text FROM wave_file')
        self.assertIn('What is your work', text)
        self.assertIn('[page.words]', text)

    def test_where_nobody_tells_a_file_counts_as_whole_when_it_has_rested(self):
        here = self.here
        with open(here.file, 'w', encoding='utf-8') as out:
            out.write(HALF)
        begun = time.time()
        here.run('check', 'living')  # a check says at once what is there
        here.run('wave', 'open', 'tale')  # another program, which did not see the file being written
        self.assertGreater(time.time() - begun, 0.8)

    def test_a_command_lets_the_running_server_read_other_words(self):
        here = self.here
        here.run('wave', 'open', 'tale', '--label', 'Baseline')
        person = Person(here, here.links('tale', 'personal')[0], random.Random(3))
        self.assertIn('I have practised it.', person.begin().text)
        here.save(WORDING)
        _, err = here.run('wave', 'adopt', 'tale', stdin='no\n', status=1)
        self.assertIn('Baseline', err)
        out, _ = here.run('wave', 'adopt', 'tale', stdin='Baseline\n')
        self.assertIn('out of the way', out)
        back = person.browser.send(person.page, person.answers, button='back')
        self.assertIn('out of the way', back.text)
        person.page = person.browser.send(back, person.answers)
        self.assertIn('answers have arrived', person.finish().text)
        _, err = here.run('wave', 'adopt', 'tale', '--yes', status=1)
        self.assertIn('nothing to take over', err)
        here.save(TEXT)  # and back again: each text is kept with its number
        here.run('wave', 'adopt', 'tale', '--yes')
        self.assertEqual(here.stored('SELECT number, text FROM wave_file_before ORDER BY number'), [(1, TEXT), (2, WORDING)])
        out, _ = here.run('wave', 'wordings', 'tale')
        self.assertEqual(out.count('Until '), 2)
        self.assertLess(out.index('obstacles out of the way.” instead of'), out.index('obstacles away.” instead of'))
        self.assertIn('still has the wording', self.fresh_wave())
        french = add_user(here, 'eve@support.example')
        french.headers['Accept-Language'] = 'fr'
        here.save(WORDING)
        self.assertIn('formulation', french.get('/assessments/tale').text)
        self.assertIn('Reprendre la nouvelle formulation', french.get('/assessments/tale/waves/1/adopt').text)

    def fresh_wave(self):
        """Another assessment, whose wave never took over anything."""
        here = self.here
        here.begin('young', 8)
        here.run('wave', 'open', 'young', '--label', 'First')
        return here.run('wave', 'wordings', 'young')[0]

    def test_a_broken_file_disturbs_nobody_and_opens_no_wave(self):
        here = self.here
        here.write('shelf/good.ini', TEXT.replace('name      = story', 'name      = good'))
        here.save(BROKEN)
        self.assertIn('hinder8', self.desk.get('/instruments/living').text)
        self.assertEqual(self.desk.get('/instruments/good/preview/staff?page=1').status, 200)
        refused = self.open_wave('No')
        self.assertEqual(refused.status, 422)
        self.assertIn('has errors or is gone', refused.text)
        _, err = here.run('wave', 'open', 'tale', status=1)
        self.assertIn('hinder8', err)
        self.assertEqual(here.stored('SELECT count(*) FROM wave'), [(0,)])

    def test_each_save_is_seen_by_the_next_look_however_it_is_saved(self):
        here = self.here
        for i in range(30):
            here.save(TEXT.replace('What is your role', 'Role number %d' % i), 'rename' if i % 2 else 'in place')
            self.assertIn('Role number %d?' % i, self.desk.get('/instruments/living/preview/staff?page=1').text)
        here.write('shelf/living.fr.ini', '[survey]\nlanguage = fr\n[question.role]\nlabel = "Quel est votre rôle ?"\n')
        self.assertIn('Quel est votre rôle', self.desk.get('/instruments/living/preview/staff?page=1&lang=fr').text)
        os.remove(here.path('shelf/living.fr.ini'))
        self.assertNotIn('Quel est', self.desk.get('/instruments/living/preview/staff?page=1&lang=fr').text)


class Untold(unittest.TestCase):
    """Where the kernel does not tell of files (its limit is reached, or another machine writes them), the server looks
    at them itself: at number, size and age."""

    def setUp(self):
        self.here = Living()
        self.addCleanup(self.here.__exit__)
        self.here.wrapper = [os.path.join(ROOT, 'tests/support/without_inotify.py')]
        self.here.begin('tale', 8)
        self.here.run('wave', 'open', 'tale', '--label', 'Baseline')
        self.here.serve()
        self.desk = add_user(self.here, 'ada@support.example')

    def test_the_kernel_is_not_listened_to(self):
        for name in os.listdir('/proc/%d/fd' % self.here.server.pid):
            with contextlib.suppress(OSError):
                self.assertNotIn('inotify', os.readlink('/proc/%d/fd/%s' % (self.here.server.pid, name)))

    def test_every_change_is_noticed_and_called_by_its_name(self):
        here = self.here
        person = Person(here, here.links('tale', 'personal')[0], random.Random(5))
        person.begin()
        for how in ('in place', 'rename'):
            for text, words in ((ADDED, 'something has been added'), (REMOVED, 'breaks the comparison'),
                                (SCALE, 'breaks the comparison'), (WORDING, 'wording only'), (BROKEN, 'has errors or is gone')):
                here.save(text, how)
                self.assertIn(words, self.desk.get('/assessments/tale').text, (how, words))
        os.remove(here.file)
        self.assertEqual(self.desk.get('/instruments/living').status, 404)
        here.save(TEXT)
        self.assertNotIn('The instrument’s file', self.desk.get('/assessments/tale').text)
        self.assertIn('answers have arrived', person.finish().text)

    def test_half_a_file_is_not_taken_while_it_grows(self):
        here = self.here
        self.assertIn('What is your role', self.desk.get('/instruments/living/preview/staff?page=1').text)
        rest, step = TEXT.replace('What is your role', 'What is your work'), 400
        stop = threading.Event()

        def write():
            with open(here.file, 'w', encoding='utf-8') as out:
                for at in range(0, len(rest), step):
                    out.write(rest[at:at + step])
                    out.flush()
                    stop.wait(0.3)  # a slow copy from another machine

        writing = threading.Thread(target=write)
        writing.start()
        try:
            time.sleep(1)
            for _ in range(2):
                page = self.desk.get('/instruments/living')
                self.assertTrue('writing this file' in page.text or not writing.is_alive())
            stop.set()
        finally:
            writing.join()
        self.assertIn('What is your work', self.desk.get('/instruments/living/preview/staff?page=1').text)


class Preview(unittest.TestCase):
    """`readiness preview` follows the file that somebody is writing."""

    def setUp(self):
        self.here = Living()
        self.addCleanup(self.here.__exit__)

    def look(self, path='/preview'):
        return Browser(self.here.url).get(path)

    def test_what_is_saved_is_there_at_the_next_page_and_mistakes_are_shown_instead(self):
        here = self.here
        here.serve(('preview', here.file, '--listen', '127.0.0.1:0'))
        browser = Browser(here.url)
        page = browser.send(browser.get('/preview'))
        self.assertIn('What is your role', page.text)
        for how in ('in place', 'rename'):
            here.save(edited('What is your role', 'What is your work'), how)
            self.assertIn('What is your work', browser.send(browser.get('/preview')).text)
            here.save(BROKEN, how)
            for broken in (self.look(), self.look('/preview/organisation'), browser.send(page, {'role': 'front'})):
                self.assertIn('The file has mistakes', broken.text)
                self.assertIn('hinder8', broken.text)
                self.assertRegex(broken.text, r'living\.ini:\d+')
            self.assertIn('Le fichier contient des erreurs', self.look('/preview?lang=fr').text)
            here.save(TEXT, how)
            self.assertIn('What is your role', browser.send(browser.get('/preview')).text)
        here.save(TEXT[:TEXT.index('[page.words]')].replace('ask   = obstacle', ''))
        self.assertEqual(browser.send(page, {'role': 'front'}).status, 200)  # a page that is gone since
        os.remove(here.file)
        self.assertIn('no such file', self.look().text)

    def test_only_addresses_with_a_form_are_named(self):
        here = self.here
        for audience, path in (('staff', '/preview'), ('organisation', '/preview/organisation')):
            here.save('[survey]\nschema = 1\nname = x\nversion = 1\ntitle = "T"\n[question.q]\ntype = text\n'
                      'label = "Q?"\nanswered_by = %s\n' % audience)
            here.serve(('preview', here.file, '--listen', '127.0.0.1:0'))
            self.assertEqual(self.look('/').status, 200)
            self.assertIn('Q?', Browser(here.url).send(self.look(path)).text)
            here.stop()


class ManyFiles(unittest.TestCase):
    def test_a_hundred_instruments_make_neither_the_start_nor_a_page_slow(self):
        here = Living()
        self.addCleanup(here.__exit__)
        with open(os.path.join(ROOT, 'surveys/implementation-readiness.ini'), encoding='utf-8') as file:
            text = file.read()
        for i in range(100):
            here.write('shelf/many-%d.ini' % i, text)
        here.begin('tale', 5)
        here.run('wave', 'open', 'tale')
        token = here.links('tale', 'personal')[0]['token']
        time.sleep(1.1)
        begun = time.time()
        here.serve()
        up = time.time()
        self.assertIsNotNone(Browser(here.url).get('/s/' + token).form('/s'))
        first = time.time() - up
        desk, times = add_user(here, 'ada@support.example'), []
        for _ in range(3):
            begun_page = time.time()
            self.assertIn('many-99', desk.get('/instruments').text)
            times.append(time.time() - begun_page)
        print('start %.0f ms, first page %.0f ms, the list of 101 instruments %s ms' % (
            1000 * (up - begun), 1000 * first, ', '.join('%.0f' % (1000 * t) for t in times)), flush=True)
        self.assertLess(first, 0.1)
        self.assertLess(times[-1], times[0])


if __name__ == '__main__':
    unittest.main()
