package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** Signals that CAs send to a TA's process number, by {@code kill} of a shell, in C and from Python. */
final class SignalCases {
    /** A shell's function: waits until process $1 blocks in read(0). */
    private static final String BLOCKED = "blocked() { until cat /proc/$1/task/*/syscall 2>/dev/null | grep -q '^0 0x0 '; do "
            + "sleep 0.05; done; }; ";

    private final Site site;

    SignalCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() {
        Map<String, Case> cases = new LinkedHashMap<>();
        handled(cases);
        defaults(cases);
        stopped(cases);
        pooled(cases);
        return cases;
    }

    private void handled(Map<String, Case> cases) {
        cases.put("signals: handlers, EINTR, one that is not handled", () -> {
            String out = site.shell(BLOCKED + "coproc kakuri-ta ta_signals handle 1 10 12 37; P=$COPROC_PID; "
                    + "exec 8<&${COPROC[0]} 9>&${COPROC[1]}; read -r r <&8; for s in USR1 HUP USR2 RTMIN+3; do blocked $P; "
                    + "kill -$s $P; read -r a <&8; read -r b <&8; echo \"${a/ $$/ CA}, $b\"; done; echo x >&9; read -r a <&8; "
                    + "echo $a; kill -TERM $P; wait $P; echo $?");
            same("signal 10 from CA, EINTR\nsignal 1 from CA, EINTR\nsignal 12 from CA, EINTR\nsignal 37 from CA, EINTR\n"
                    + "read 2\n143\n", out);
        });
        cases.put("signals: C, sigqueue with values, SIGCHLD, waitpid", () -> same("""
                ready
                signal 36 from CA value 7
                signal 36 from CA value 2
                signal 36 from CA value -8
                signal 40 from CA value -3
                signal 15 from CA
                exited 0, children 1
                ready
                eof
                signal 36, children 2
                """, site.shell(site.compiled("ca_signals") + " kakuri-ta ta_signals wait 10 15 36 40")));
        cases.put("signals: python3, both ways, and a child of the TA's", () -> same("""
                True 11
                signal 17 of child, status 7
                exited 7
                """, site.python("""
                import signal, subprocess
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
                import os
                p = subprocess.Popen(["kakuri-ta", "ta_signals", "send", str(os.getpid()), str(int(signal.SIGUSR1)), "11"],
                                     preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, []))
                info = signal.sigwaitinfo([signal.SIGUSR1])
                print(info.si_pid == p.pid, 11 if info.si_code == -1 else info.si_code)
                p.wait()
                print(subprocess.run(["kakuri-ta", "ta_signals", "child", "7"], capture_output=True, text=True).stdout, end="")
                """)));
        cases.put("signals: four TAs block, one is woken, then all are interrupted", () -> same("""
                read 2
                nobody else True
                4 4
                -15 -15 -15 -15
                """, site.python("""
                import glob, select, signal, subprocess, time
                tas = [subprocess.Popen(["kakuri-ta", "ta_signals", "handle", "10"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE) for _ in range(4)]
                for p in tas:
                    p.stdout.readline()
                def blocked(p):
                    return any(open(file).read().startswith("0 0x0 ") for file in glob.glob(f"/proc/{p.pid}/task/*/syscall"))
                def all_block():
                    while not all(blocked(p) for p in tas):
                        time.sleep(0.05)
                all_block()
                tas[2].stdin.write(b"x\\n")
                tas[2].stdin.flush()
                print(tas[2].stdout.readline().decode(), end="")
                all_block()
                print("nobody else", select.select([p.stdout for p in tas], [], [], 0)[0] == [])
                for p in tas:
                    p.send_signal(signal.SIGUSR1)
                said = [(p.stdout.readline().split()[:2], p.stdout.readline()) for p in tas]
                print(sum(each[0] == [b"signal", b"10"] for each in said), sum(each[1] == b"EINTR\\n" for each in said))
                for p in tas:
                    p.terminate()
                print(*[p.wait() for p in tas])
                """)));
        cases.put("signals: a TA inherits what its CA ignores and blocks", () -> same(
                "1 ignored open\n10 default blocked\n13 ignored open\n15 default open\n",
                site.shell(
                        "trap '' HUP PIPE; exec env --block-signal=USR1 kakuri-ta ta_signals inherited 1 10 13 15")));
    }

    private void defaults(Map<String, Case> cases) {
        cases.put("SIGPIPE ends it", () -> same("141 0\n",
                site.shell("kakuri-ta ta_probe flood | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"")));
        cases.put("an ignored SIGPIPE is EPIPE", () -> same("3 0\n",
                site.shell(
                        "(trap '' PIPE; exec kakuri-ta ta_probe flood) | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"")));
        for (String signal : List.of("KILL", "USR2")) {
            cases.put("SIG" + signal + " ends it", () -> same(128 + number(signal) + "\n", site.shell(
                    "coproc kakuri-ta ta_probe wait; read -r r <&${COPROC[0]}; kill -" + signal
                            + " $COPROC_PID; wait $COPROC_PID 2>/dev/null; echo $?")));
        }
        cases.put("nohup", () -> same("ends 0\n", site.shell("mkfifo " + site.temp()
                + "/f; nohup kakuri-ta ta_probe wait <" + site.temp() + "/f >" + site.temp()
                + "/o 2>/dev/null & exec 4>" + site.temp()
                + "/f; until grep -q ready " + site.temp()
                + "/o; do sleep 0.1; done; kill -HUP $!; sleep 0.3; exec 4>&-; "
                + "wait $!; echo ends $?; rm " + site.temp() + "/f", "nohup")));
    }

    private void stopped(Map<String, Case> cases) {
        cases.put("SIGSTOP holds it, SIGCONT lets it go on", () -> {
            String out = site.shell("coproc kakuri-ta ta_upper; echo a >&${COPROC[1]}; read -r a <&${COPROC[0]}; "
                    + "kill -STOP $COPROC_PID; until grep -q '^State:.T' /proc/$COPROC_PID/status; do sleep 0.05; done; "
                    + "echo b >&${COPROC[1]}; read -t 0.5 -r b <&${COPROC[0]} || echo held; kill -CONT $COPROC_PID; "
                    + "read -r b <&${COPROC[0]}; echo $a $b; eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID; echo $?");
            same("held\nA B\n0\n", out);
        });
        cases.put("SIGTSTP stops it and tells its parent, SIGCONT is handled", () -> same("20 True\nsignal 18\n0\n",
                site.python("""
                        import os, signal, subprocess
                        p = subprocess.Popen(["kakuri-ta", "ta_signals", "handle", "18"], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.setpgid(0, 0))
                        p.stdout.readline()
                        os.kill(p.pid, signal.SIGTSTP)
                        _, status = os.waitpid(p.pid, os.WUNTRACED)
                        print(os.WSTOPSIG(status), os.WIFSTOPPED(status))
                        os.kill(p.pid, signal.SIGCONT)
                        print(" ".join(p.stdout.readline().split()[:2]))
                        p.stdin.close()
                        print(p.wait())
                        """)));
    }

    private void pooled(Map<String, Case> cases) {
        cases.put("a pooled shadow: values of sigqueue, handlers, what is ignored", () -> {
            site.pooled();
            same("""
                    ready
                    36 7
                    10 True
                    -15
                    1 ignored open
                    """, site.python("""
                    import ctypes, signal, subprocess
                    libc = ctypes.CDLL(None)
                    p = subprocess.Popen(["kakuri-ta-pool", "ta_signals", "handle", "10", "36"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
                    print(p.stdout.readline(), end="")
                    libc.sigqueue(p.pid, 36, ctypes.c_void_p(7))
                    said = p.stdout.readline().split()
                    print(said[1], said[5])
                    p.send_signal(signal.SIGUSR1)
                    said = p.stdout.readline().split()
                    while said[0] == "EINTR":
                        said = p.stdout.readline().split()
                    print(said[1], len(said) == 4)
                    p.terminate()
                    print(p.wait())
                    signal.signal(signal.SIGHUP, signal.SIG_IGN)
                    print(subprocess.run(["kakuri-ta-pool", "ta_signals", "inherited", "1"], capture_output=True, text=True).stdout, end="")
                    """));
        });
    }

    private static int number(String signal) {
        return Map.of("KILL", 9, "USR2", 12).get(signal);
    }
}
