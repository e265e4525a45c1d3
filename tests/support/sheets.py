"""LibreOffice, for tests of workbooks and for pictures: saves a workbook in another format, in a profile of its own."""
import os
import shutil
import subprocess
import tempfile


def convert(path, form, folder):
    """Opens, recalculates and saves as `form` ('xlsx', 'pdf') in the folder; returns the new file's path."""
    profile = tempfile.mkdtemp(prefix='readiness-office-')
    try:
        subprocess.run(['soffice', '-env:UserInstallation=file://' + profile, '--headless', '--convert-to', form, '--outdir',
                        folder, path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=240)
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    made = os.path.join(folder, os.path.splitext(os.path.basename(path))[0] + '.' + form)
    if not os.path.exists(made):
        raise RuntimeError('LibreOffice did not open %s' % path)
    return made
