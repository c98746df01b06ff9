"""Brings files to a label or from it with pycolonies: sync_pycolonies.py up|down FOLDER LABEL COUNT."""
import os
import sys

import pycolonies

way, folder, label, count = *sys.argv[1:4], int(sys.argv[4])
colony, key = os.environ["COLONIES_COLONY_NAME"], os.environ["COLONIES_PRVKEY"]
client = pycolonies.Colonies(os.environ["COLONIES_SERVER_HOST"], int(os.environ["COLONIES_SERVER_PORT"]), tls=False)
for number in range(count):
    if way == "up":
        client.upload_file(colony, key, filepath=os.path.join(folder, str(number)), label=label)
    else:
        client.download_file(colony, key, folder, label=label, filename=str(number))
