package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.await;
import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** The quicker ways to start a TA: behind a shadow of the pool, in a place that was prepared. */
final class StartCases {
    private final Site site;

    StartCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("a pooled shadow: pipeline, statuses, arguments", () -> {
            site.pooled();
            same("HELLO\n7\nta_probe\nx y\n134\n127\n", site.shell("echo hello | kakuri-ta-pool ta_upper | cat; "
                    + "kakuri-ta-pool ta_probe exit 7; echo $?; "
                    + "kakuri-ta-pool ta_probe args 'x y'; kakuri-ta-pool ta_probe trap 2>/dev/null; echo $?; "
                    + "kakuri-ta-pool none 2>/dev/null; echo $?", "cat"));
        });
        cases.put("a pooled shadow: descriptors, SIGPIPE, signals", () -> {
            site.pooled();
            same("0\n1\n2\n9\n141 0\n143\n130\n", site.shell("kakuri-ta-pool ta_probe fds 9</dev/null; "
                    + "kakuri-ta-pool ta_probe flood | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"; "
                    + "for s in TERM INT; do coproc kakuri-ta-pool ta_probe wait; read -r r <&${COPROC[0]}; "
                    + "kill -$s $COPROC_PID; wait $COPROC_PID 2>/dev/null; echo $?; done"));
        });
        cases.put("a TA whose place was prepared", () -> {
            Process first = site.environment(new ProcessBuilder(site.starter().toString(), "quick")).start();
            await("nothing is prepared while the first runs", () -> site.worlds().size() == 2);
            String own = site.shell(site.worldsInUse());
            first.getOutputStream().close();
            same("0", "" + first.waitFor());
            await("the first one's place stays",
                    () -> site.worlds().size() == 1 && !own.strip().equals("" + site.world().pid()));
            long prepared = site.world().pid();
            String out = site.shell("coproc kakuri-ta quick; echo b >&${COPROC[1]}; read -r b <&${COPROC[0]}; echo $b "
                    + "$(" + site.worldsInUse() + "); "
                    + "eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID");
            same("B " + prepared + "\n", out);
            await("nothing is prepared again", () -> site.worlds().size() == 1);
            site.world().destroyForcibly();
            same("C\n", site.shell("echo c | kakuri-ta quick"));
            Files.delete(site.temp().resolve("workspace/tas/quick.properties"));
            await("another is not prepared", () -> site.worlds().size() == 1);
            site.world().destroyForcibly();
            same("D\n", site.shell("echo d | kakuri-ta ta_upper"));
        });
        return cases;
    }
}
