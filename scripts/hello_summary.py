"""The sums of hello.lua: raw answers of the machine in, plain data out."""


def summarise(processor, memory, disks, largest, listening, recent):
    return {
        "processor": processor_of(lines(processor)),
        "memory": memory_of(lines(memory)),
        "disks": [disk for disk in map(disk_of, lines(disks)[1:]) if disk],
        "largest": [process_of(line) for line in lines(largest) if line.startswith("VmRSS:")],
        "ports": ports_of(lines(listening)),
        "recent": [line for line in lines(recent) if not line.startswith("==>")][-8:],
    }


def lines(text):
    return [line for line in (text or "").splitlines() if line.strip()]


def processor_of(answer):
    load = answer[-1].split()[0] if answer else "0"
    cores = next((int(line) for line in answer if line.strip().isdigit()), 1)
    model = answer[0].strip() if len(answer) > 2 else "processor"
    return {"model": model, "cores": cores, "load": float(load)}


def memory_of(answer):
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in answer}
    total = found.get("MemTotal", 0)
    return {"total": total, "used": total - found.get("MemAvailable", 0),
            "swap_used": found.get("SwapTotal", 0) - found.get("SwapFree", 0)}


def disk_of(line):
    fields = line.split()
    if len(fields) < 6 or not fields[1].isdigit() or int(fields[1]) == 0:
        return None
    return {"mount": " ".join(fields[5:]), "total": int(fields[1]) * 1024, "used": int(fields[2]) * 1024}


def process_of(line):
    fields = line.split(maxsplit=3)
    return {"bytes": int(fields[1]) * 1024, "command": fields[3].strip() if len(fields) > 3 else "(no name)"}


def ports_of(rows):
    # Field 3 is the state (0A listens), field 1 is ADDRESS:PORT in hexadecimal.
    listening = (row.split() for row in rows)
    return sorted({int(row[1].rpartition(":")[2], 16) for row in listening if len(row) > 3 and row[3] == "0A"})
