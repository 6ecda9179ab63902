package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** A shadow that lies: a program that asks for a TA as a shadow does, then gives a reply that no kernel gives. */
final class HostileShadowCases {
    private final Site site;

    HostileShadowCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("a shadow that lies ends its TA, and tz:ps counts it", () -> same("""
                signal 6 TA ta_upper: the mediator broke the call protocol: result=1099511627776
                1 the mediator broke the call protocol: result=1099511627776
                """, site.python(PYTHON.replace("@kakuri@", site.home().resolve("kakuri").toString()))));
        return cases;
    }

    /** Frames are those of Frame.java, the page that of CallPageLayout. */
    private static final String PYTHON = """
            import glob, json, mmap, os, socket, struct, subprocess, sys, time
            START, SERVE, READY, END = 0, 2, 3, 4
            def rows(node):
                if isinstance(node, dict):
                    yield node
                    node = list(node.values())
                if isinstance(node, list):
                    for each in node:
                        yield from rows(each)
            def send(kind, words):
                text = b"".join(word.encode() + b"\\0" for word in words)
                s.sendall(struct.pack("=II", kind, len(text)) + text)
            def receive():
                header, fds, _, _ = socket.recv_fds(s, 8, 8)
                kind, length = struct.unpack("=II", header)
                text = b""
                while len(text) < length:
                    text += s.recv(length - len(text))
                return kind, text.decode().split("\\0")[:-1], fds
            if os.fork() > 0:
                os.wait()
                for _ in range(20):
                    out = subprocess.run(["@kakuri@", "--live", "tz:ps", "--json"], capture_output=True, text=True).stdout
                    lied = [row for row in rows(json.loads(out)) if row.get("refused")]
                    if lied:
                        break
                    time.sleep(0.2)
                for row in lied:
                    print(row["refused"], row["state"])
                sys.exit()
            version = "@version@"
            s = socket.socket(socket.AF_UNIX)
            s.connect(max(glob.glob(os.environ["TMPDIR"] + f"/kakuri-{os.geteuid()}/*/ta-*"), key=os.path.basename))
            send(START, [version, "ta_upper", "/", "0", "0", "1", "ta_upper", "0", "2", "0", "1"])
            kind, words, fds = receive()
            assert kind == SERVE, (kind, words)
            page = mmap.mmap(fds[0], int(words[0]))
            send(READY, ["0", "1"])
            answered = 0
            def end():
                s.setblocking(False)
                try:
                    return receive()
                except BlockingIOError:
                    return None
                finally:
                    s.setblocking(True)
            while True:
                asked, operation = struct.unpack_from("=II", page, 0)
                if asked != answered:
                    answered += 1
                    struct.pack_into("=q", page, 72, 1 << 40 if operation == 0 else 0)
                    struct.pack_into("=I", page, 64, answered)
                over = end()
                if over:
                    break
                time.sleep(0.001)
            print(over[1][0], over[1][1], over[1][2], flush=True)
            """.replace("@version@", "2.2");
}
