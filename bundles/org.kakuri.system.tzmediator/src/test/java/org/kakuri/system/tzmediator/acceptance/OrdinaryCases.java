package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.holds;
import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** What ordinary programs can do with a TA that they start as any program. */
final class OrdinaryCases {
    private final Site site;

    OrdinaryCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() throws IOException {
        Map<String, Case> cases = new LinkedHashMap<>();
        Path file = site.temp().resolve("file");
        cases.put("pipeline: producer | TA | consumer", () -> {
            String out = site.shell("seq 100000 | sed 's/^/line /' >" + file + "; kakuri-ta ta_upper <" + file
                    + " | cat | sha256sum; tr a-z A-Z <" + file + " | sha256sum", "seq", "cat", "sha256sum");
            String[] lines = out.split("\n");
            same(lines[1], lines[0]);
        });
        cases.put("statuses in a pipeline", () -> same("0 5 0\n",
                site.shell("echo x | kakuri-ta ta_probe exit 5 | cat; echo \"${PIPESTATUS[*]}\"", "cat")));
        cases.put("exit status", () -> same("0 1 42 255 \n",
                site.shell("for i in 0 1 42 255; do kakuri-ta ta_probe exit $i; printf '%s ' $?; done; echo")));
        cases.put("trap is SIGABRT, with the reason", () -> {
            String out = site.shell("kakuri-ta ta_probe trap 2>&1; echo $?");
            holds(out.contains("kakuri-ta: TA ta_probe: trap: ") && out.endsWith("\n134\n"), out);
        });
        cases.put("unknown TA is 127", () -> {
            String out = site.shell("kakuri-ta ta_uper 2>&1; echo $?");
            same("kakuri-ta: no TA named ta_uper; did you mean ta_upper?\n127\n", out);
        });
        cases.put("what is no module is 126", () -> {
            Files.writeString(file, "no module");
            String out = site.shell("kakuri-ta " + file + " 2>&1; echo $?");
            holds(out.startsWith("kakuri-ta: ") && out.endsWith("\n126\n"), out);
        });
        cases.put("a module by its path", () -> same("HELLO\n",
                site.shell("echo hello | kakuri-ta " + site.home().resolve("workspace/guests/tz/ta_upper.wasm"))));
        cases.put("arguments",
                () -> same("ta_probe\na b\n\n*\n'\n", site.shell("kakuri-ta ta_probe args 'a b' '' '*' \\'")));
        cases.put("environment", () -> same("A=1\nB=\nC=(none)\n",
                site.shell("unset C; A=1 B= kakuri-ta ta_probe env A B C")));
        cases.put("a link under the TA's name", () -> same("HELLO\n",
                site.shell("ln -sf " + site.starter() + " " + site.temp() + "/ta_upper; echo hello | " + site.temp()
                        + "/ta_upper")));
        cases.put("an executable file", () -> {
            Files.writeString(file, "#!/usr/bin/env -S kakuri-ta --script ta_probe\n");
            same(file + "\nx\n", site.shell("chmod +x " + file + "; " + file + " args x"));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        });
        cases.put("descriptors keep their numbers", () -> same("0\n1\n2\n5\n17\n",
                site.shell("kakuri-ta ta_probe fds 5</dev/null 17>/dev/null </dev/null 2>/dev/null")));
        cases.put("closed standard descriptors", () -> same("0\n1\n2\n",
                site.shell("kakuri-ta ta_probe fds <&- 2>&-")));
        cases.put("reads and writes a descriptor that is no standard one", () -> {
            String out = site
                    .shell("coproc kakuri-ta ta_upper; echo hello >&${COPROC[1]}; read -r answer <&${COPROC[0]}; "
                            + "echo $answer; eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID; echo $?");
            same("HELLO\n0\n", out);
        });
        cases.put("socat",
                () -> same("HELLO\n", site.shell("echo hello | socat -t 20 STDIO EXEC:'kakuri-ta ta_upper'", "socat")));
        cases.put("socat, each connection a TA, and a client over TCP", () -> {
            String out = site.shell("socat -t 20 -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:'kakuri-ta ta_upper' 2>"
                    + site.temp()
                    + "/log & for i in $(seq 100); do port=$(sed -n 's/.*listening on.*127.0.0.1:\\([0-9]*\\)$/\\1/p' "
                    + site.temp() + "/log); [ -n \"$port\" ] && break; sleep 0.1; done; "
                    + "echo hello | socat -t 20 STDIO TCP:127.0.0.1:$port; kill $!; wait", "socat", "seq");
            same("HELLO\n", out);
        });
        cases.put("python3: child, signal, descriptors", () -> same("True True -15 [HELLO] 7\n",
                site.python("""
                        import os, signal, subprocess
                        p = subprocess.Popen(["kakuri-ta", "ta_probe", "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                        p.stdout.readline()
                        parent = [l.split()[1] for l in open(f"/proc/{p.pid}/status") if l.startswith("PPid")][0]
                        chld = []
                        signal.signal(signal.SIGCHLD, lambda *_: chld.append(1))
                        p.send_signal(signal.SIGTERM)
                        status = p.wait()
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        up = subprocess.run(["kakuri-ta", "ta_upper"], input=b"hello", capture_output=True).stdout.decode()
                        code = subprocess.call(["kakuri-ta", "ta_probe", "exit", "7"])
                        print(parent == str(os.getpid()), len(chld) == 1, status, f"[{up}]", code)
                        """)));
        cases.put("curl and a web server in the TA, on a socket that python3 passes", () -> {
            site.need("curl");
            same("a129ca6149be45e5\n16 good bad 0\n", site.python("""
                    import socket, subprocess
                    print(subprocess.run(["kakuri-ta", "ta_httpd", "selftest"], capture_output=True, text=True).stdout.strip(), flush=True)
                    s = socket.create_server(("127.0.0.1", 0))
                    p = subprocess.Popen(["kakuri-ta", "ta_httpd", str(s.fileno())], pass_fds=[s.fileno()])
                    url = f"http://127.0.0.1:{s.getsockname()[1]}"
                    def curl(path):
                        return subprocess.run(["curl", "-sS", "--max-time", "50", url + path], capture_output=True, text=True).stdout.strip()
                    tag = curl("/sign/some-text")
                    print(len(tag), curl(f"/check/{tag}/some-text"), curl(f"/check/{tag}/other"), end=" ")
                    curl("/end")
                    print(p.wait())
                    """));
        });
        cases.put("a sealed key: signed lines, a changed one, a key of somebody else's", () -> {
            String key = site.temp().resolve("key").toString();
            String out = site.shell("kakuri-ta ta_hmac selftest; kakuri-ta ta_hmac keygen >" + key
                    + "; printf 'one\\ntwo\\n' | kakuri-ta ta_hmac sign 3 3<" + key + " >" + file + "; cut -d' ' -f3 "
                    + file
                    + "; kakuri-ta ta_hmac check 3 3<" + key + " <" + file + "; echo $?; sed s/two/too/ " + file
                    + " | kakuri-ta ta_hmac check 3 3<" + key + " | cut -d' ' -f4; head -c 50 " + key + " >" + key
                    + "2; kakuri-ta ta_hmac sign 3 3<" + key + "2 </dev/null 2>/dev/null; echo $?");
            same("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\none\ntwo\n0\ntoo\n3\n", out);
        });
        cases.put("C: posix_spawn, pipes, waitpid", () -> {
            Path program = site.compiled("ca_launch");
            holds(site.shell(program + " transfer kakuri-ta ta_probe exit 9").contains("eof\nexited 9\n"), "exit 9");
        });
        return cases;
    }

}
