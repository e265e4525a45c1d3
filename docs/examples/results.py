#!/usr/bin/python3
"""Fetches the results of a closed wave and draws the mean of each construct, all organisations together.

    READINESS_TOKEN=readiness_... ./results.py https://survey.example.org north 1 chart.png

Needs Python 3 and, for the chart, matplotlib (Debian: python3-matplotlib)."""
import json
import os
import sys
import urllib.parse
import urllib.request


def fetch(server, path):
    request = urllib.request.Request(server + path, headers={'Authorization': 'Bearer ' + os.environ['READINESS_TOKEN']})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def results(server, assessment, wave):
    """All rows, page after page."""
    path = '/api/v1/assessments/%s/waves/%s/results' % (urllib.parse.quote(assessment), urllib.parse.quote(wave))
    cursor, rows = None, []
    while True:
        page = fetch(server, path + ('?cursor=' + cursor if cursor else ''))
        rows += page['items']
        cursor = page['next']
        if cursor is None:
            return rows


def main():
    server, assessment, wave, out = sys.argv[1:5]
    means = [(r['name'], r['value']) for r in results(server, assessment, wave)
             if (r['organisation'], r['group'], r['kind'], r['statistic']) == ('', '', 'construct', 'mean')
             and isinstance(r['value'], (int, float))]  # a withheld mean is a word, one that cannot be computed is null
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    pyplot.figure(figsize=(8, 1 + 0.4 * len(means)))
    pyplot.barh([name for name, _ in means], [mean for _, mean in means], color='#31688e')
    pyplot.gca().invert_yaxis()
    pyplot.xlabel('mean')
    pyplot.tight_layout()
    pyplot.savefig(out)
    print('%d constructs in %s' % (len(means), out))


main()
