"""docs/performance.md, from what the parts have found: each with its date and its command, so that one can be run again."""
import datetime
import json
import math
import os
import platform
import re
import statistics

from machine import BUILD, ROOT, write

KEPT = os.path.join(BUILD, 'found')


def machine():
    """Cores, class of processor, memory and kernel; nothing that names this very machine."""
    with open('/proc/cpuinfo') as info:
        model = re.search(r'model name\s*:\s*(.*)', info.read())
    with open('/proc/meminfo') as info:
        memory = int(re.search(r'MemTotal:\s+(\d+)', info.read()).group(1)) / 1024 / 1024
    kernel = re.match(r'\d+\.\d+', platform.release()).group()
    return '%d cores (%s), %.0f GiB of memory, Linux %s' % (os.cpu_count(), model.group(1) if model else 'unnamed', memory, kernel)


def keep(name, rows, command):
    told = {'rows': [r.as_json() for r in rows], 'command': command, 'machine': machine(),
            'date': datetime.date.today().isoformat(), 'load': os.getloadavg()[1]}
    write(os.path.join(KEPT, name + '.json'), json.dumps(told))


def kept(name):
    path = os.path.join(KEPT, name + '.json')
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)


def figure(form, values):
    if not values:
        return ''
    middle, least, most = (form % v for v in (statistics.median(values), min(values), max(values)))
    return middle if least == most else '%s [%s – %s]' % (middle, least, most)


def verdict(row):
    return {None: '', True: 'yes', False: '**no**'}[row['met']]


def table(rows):
    """With a limit where any row has one, an aim where any row has one."""
    limits, aims = any(r['limits'] for r in rows), any(r['aim'] for r in rows)
    head = ['what', 'unit'] + (['limit'] if limits else []) + ['product'] + (['ratio'] if limits else []) + \
           (['aim', 'met'] if aims else [])
    lines = ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head)]
    for r in rows:
        what = r['what'] + (' (%s)' % r['note'] if r['note'] else '')
        cells = [what, r['unit']] + ([figure(r['form'], r['limits'])] if limits else []) + [figure(r['form'], r['values'])] + \
                ([figure('%.2f', r['ratios'])] if limits else []) + ([r['aim'], verdict(r)] if aims else [])
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines) + '\n'


def on_console(rows):
    for r in rows:
        print('  %-62s %-8s %-32s %-28s %-22s %s' % (r.what, r.unit, figure(r.form, r.values), figure(r.form, r.limits),
                                                   figure('%.2f', r.ratios()), {None: '', True: 'met', False: 'NOT met'}[r.judged()]),
              flush=True)


def curve(rows, path):
    """Seconds over responses, both in powers of ten, one line for each thing measured."""
    lines = {}
    for r in rows:
        found = re.match(r'(.*), (\d+) responses$', r['what'])
        if found and r['unit'] == 's CPU':
            lines.setdefault(found.group(1), []).append((int(found.group(2)), max(statistics.median(r['values']), 0.001)))

    def x(n):
        return 70 + (math.log10(n) - 3) * 170

    def y(s):
        return 300 - (math.log10(s) + 3) * 50
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 350" font-family="sans-serif" font-size="12">',
           '<title>CPU seconds by number of responses</title><rect width="640" height="350" fill="white"/>']
    for power in range(3, 7):
        out.append('<path d="M%.0f 50V300" stroke="#ddd"/><text x="%.0f" y="318" text-anchor="middle">%s</text>'
                   % (x(10 ** power), x(10 ** power), format(10 ** power, ',')))
    for power in range(-3, 3):
        out.append('<path d="M70 %.0fH580" stroke="#ddd"/><text x="64" y="%.0f" text-anchor="end">%g s</text>'
                   % (y(10 ** power), y(10 ** power) + 4, 10 ** power))
    for i, (name, points) in enumerate(sorted(lines.items())):
        colour, dash = ('#1b5e8c', '#b04a00', '#2e7d32')[i % 3], ('', '6 4', '2 3')[i % 3]
        out.append('<polyline fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s" points="%s"/>'
                   % (colour, dash, ' '.join('%.1f,%.1f' % (x(n), y(s)) for n, s in sorted(points))))
        out.append('<path d="M%d 20h30" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%d" y="24">%s</text>'
                   % (70 + 190 * i, colour, dash, 106 + 190 * i, name))
    out.append('<text x="325" y="340" text-anchor="middle">responses, forty answers each</text></svg>')
    write(path, '\n'.join(out) + '\n')


HEAD = """# How fast, and how small

Written by `script/bench`; what it found on one machine. Absolute figures differ from machine to machine and from hour to
hour. So, where there is one, a figure stands beside a *limit*: a program of a page (`tests/bench/limit_*.c`) that does only
what cannot be avoided, run on the same machine in the same round, one after the other; and the aim speaks of their ratio.
Each figure is the median of its rounds, with the least and the most behind it.

`script/bench` runs everything, `script/bench page submit` these parts again; `--quick` is a short run to see that all works.
Visitors come over the loopback from the same machine (`tests/bench/load.c`, one thread): they take their share of its cores.

"""


def compose(parts):
    out = [HEAD]
    for name, title, text in parts:
        found = kept(name)
        if not found or not found['rows']:
            continue
        out.append('## %s\n\n%s\n\n%s\n' % (title, text, table(found['rows'])))
        if name == 'growth':
            curve(found['rows'], os.path.join(ROOT, 'docs/pictures/growth.svg'))
            out.append('![CPU seconds by number of responses](pictures/growth.svg)\n\n')
        out.append('%s; `%s`; %s\n\n' % (found['date'], found['command'], found['machine']))
    notes = os.path.join(ROOT, 'tests/bench/notes.md')
    if os.path.exists(notes):
        with open(notes) as file:
            out.append(file.read())
    write(os.path.join(ROOT, 'docs/performance.md'), ''.join(out).rstrip('\n') + '\n')
