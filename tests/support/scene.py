"""A small assessment with an open wave and a running server, as many tests begin."""
import os

from support.readiness import Installation, ROOT

STORY = os.path.join(ROOT, 'tests/data/instruments/story.ini')
ANSWERS = {'role': 'front', 'lead1': 4, 'lead2': 5, 'lead3': 2, 'lead4': 'na', 'skill1': 3, 'skill2': 4, 'load1': 6,
           'load2': 2, 'obstacle': 'Not enough hours.'}


def scene(staff=6, instrument=STORY, organisations=('north',), serve=True, mode='anonymous', **settings):
    """An installation with the assessment `tale`: so many staff in each organisation, a wave open, the server running."""
    here = Installation(**settings)
    here.run('assessment', 'new', 'tale', '--instrument', instrument, '--title', 'A tale', '--mode', mode)
    here.write('organisations.csv', 'code,name\n' + ''.join('%s,%s House\n' % (o, o.title()) for o in organisations))
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    if staff:
        here.write('people.csv', 'email,organisation\n' + ''.join(
            'staff%d@%s.example,%s\n' % (i, o, o) for o in organisations for i in range(staff)))
        here.run('people', 'import', 'tale', 'people.csv')
    here.run('wave', 'open', 'tale', '--label', 'Baseline')
    if serve:
        here.serve()
    return here


def import_answers(here, answers=None, label='Baseline'):
    """The same answers of twelve people each in north and south, as a closed wave of `tale`; also in answers.csv."""
    answers = answers or ANSWERS
    names = sorted(answers)
    here.write('answers.csv', ','.join(['organisation'] + names) + '\n' + ''.join(
        ','.join([code] + [str(answers[n]) for n in names]) + '\n' for code in ('north', 'south') for _ in range(12)))
    here.run('responses', 'import', 'tale', 'answers.csv', '--label', label)


def answered(here):
    """Answers counted so far in the newest wave, as the database has them: small counts are told nowhere."""
    return here.query('SELECT coalesce(sum(v.answered), 0) FROM invited v JOIN wave w ON w.id = v.wave'
                      ' WHERE w.number = (SELECT max(number) FROM wave)')[0][0]
