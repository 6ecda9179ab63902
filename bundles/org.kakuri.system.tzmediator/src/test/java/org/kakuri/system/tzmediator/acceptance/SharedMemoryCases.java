package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** Memory that unmodified CAs share with a TA by shm_open and mmap: one page, no call, no copy. */
final class SharedMemoryCases {
    private final Site site;

    SharedMemoryCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("shared memory: C, shm_open and mmap", () -> same("rounds 1000 wrong 0\nexited 0\n",
                site.shell(site.compiled("ca_shared") + " 1000 65536 kakuri-ta ta_shared")));
        cases.put("shared memory: made smaller, the TA ends by SIGABRT and the CA goes on",
                () -> same("rounds 1 wrong 0\nsignal 6\n",
                        site.shell(site.compiled("ca_shared") + " truncate 65536 kakuri-ta ta_shared 2>/dev/null")));
        cases.put("shared memory: python3, the very page, and no call is counted", () -> same("""
                one file True
                one page True
                rounds 500 wrong 0 calls 0
                0
                """, site.python(PYTHON.replace("@kakuri@", site.home().resolve("kakuri").toString()))));
        return cases;
    }

    /** Page frames are told to root alone; where they are not, the file's number must do. */
    private static final String PYTHON = """
            import json, struct, subprocess
            from multiprocessing import shared_memory
            shm = shared_memory.SharedMemory(create=True, size=4096)
            words = shm.buf.cast("i")
            p = subprocess.Popen(["kakuri-ta", "ta_shared", shm._name, "4096"], stdout=subprocess.PIPE)
            p.stdout.readline()
            def running():
                out = subprocess.run(["@kakuri@", "--live", "tz:ps", "--json"], capture_output=True, text=True).stdout
                found = []
                def look(node):
                    if isinstance(node, dict):
                        if node.get("shadow") == p.pid:
                            found.append(node)
                        for each in node.values():
                            look(each)
                    elif isinstance(node, list):
                        for each in node:
                            look(each)
                look(json.loads(out))
                return found[0]
            def mapped(pid):
                for line in open(f"/proc/{pid}/maps"):
                    if line.rstrip().endswith("/dev/shm" + shm._name):
                        fields = line.split()
                        return int(fields[0].split("-")[0], 16), fields[3:5]
                return 0, []
            def frame(pid, address):
                with open(f"/proc/{pid}/pagemap", "rb") as pages:
                    pages.seek(address // 4096 * 8)
                    entry = struct.unpack("Q", pages.read(8))[0]
                return entry & (1 << 55) - 1 if entry >> 63 else None
            ta = running()
            words[2] = 1
            words[0] = 1
            while words[1] != 1:
                pass
            mine, theirs = mapped("self"), mapped(ta["world"])
            print("one file", mine[1] == theirs[1] and bool(mine[1]))
            print("one page", frame("self", mine[0]) == frame(ta["world"], theirs[0]) and words[2] == 2)
            before, wrong = running()["calls"], 0
            for round in range(2, 502):
                words[2], words[1023] = round, -round
                words[0] = round
                while words[1] != round:
                    pass
                wrong += words[2] != 2 * round or words[1023] != -2 * round
            print("rounds 500 wrong", wrong, "calls", running()["calls"] - before)
            words[0] = -1
            print(p.wait())
            words.release()
            shm.close()
            shm.unlink()
            """;
}
