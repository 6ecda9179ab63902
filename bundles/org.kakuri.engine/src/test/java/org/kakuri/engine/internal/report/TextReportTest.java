package org.kakuri.engine.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.ClaimReport.BreakEven;
import org.kakuri.engine.ClaimReport.Provenance;
import org.kakuri.engine.ClaimReport.Verdict;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunReport.Failure;
import org.kakuri.engine.RunReport.Skipped;
import org.kakuri.engine.Statistics;

@Timeout(60)
class TextReportTest {
    private static ArmReport arm(String name, Label label, double p50, double ratio, String... parameters) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < parameters.length; i += 2) {
            map.put(parameters[i], parameters[i + 1]);
        }
        return new ArmReport(name, "the " + name + " arm", label, map,
                label == Label.INJECTED ? "board" : "unpriced",
                new Statistics(24000, 12, p50 / 2, p50 * 0.9, p50, p50 * 1.1, p50 * 1.5, p50 * 2, p50, 1, p50, p50, 0),
                ratio == 1
                        ? Optional.empty()
                        : Optional.of(new ArmReport.Ratio("direct", ratio, ratio - 0.05, ratio + 0.05)),
                new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    private static RunReport report(List<ArmReport> arms, List<ClaimReport> claims) {
        return new RunReport("tz-ipc/20260102T030405-0a0b", "tz/ipc", "IPC", "ns", Instant.EPOCH,
                Path.of("/results/tz-ipc/20260102T030405-0a0b"), RunReport.State.COMPLETE, false,
                "exp:run tz/ipc size=1,64",
                new TreeMap<>(Map.of("cpu.model", "Some CPU", "cpu.count", "2", "kernel", "Linux 6.1 amd64", "jdk",
                        "Vendor 25", "cpu.governor", "performance", "load.before", "0.1 0.2 0.3")),
                arms, claims,
                List.of(new Skipped("tee=sgx", "it is not here"), new Skipped("tee=sev", "it is not here")),
                List.of(new Failure("size=64 tee=none", "arm rpc, block 3: the TA crashed: signal=11")),
                List.of(Path.of("/results/tz-ipc/20260102T030405-0a0b/figures/tz-ipc.svg")));
    }

    @Test
    void writesTheWholeReport() {
        var claim = new ClaimReport("tz.ipc.pipe.rpc", "RPC costs 1.6 to 1.9 times", Kind.REPRODUCES,
                Provenance.ASSUMED, new TreeSet<>(List.of(Label.MEASURED, Label.INJECTED)), OptionalDouble.of(2.2),
                OptionalDouble.of(2.1), OptionalDouble.of(2.3), "ratio", 1.6, 1.9, Verdict.MISS, 0.3, "size=1",
                List.of(new BreakEven("SMC", 1.6, OptionalDouble.empty(),
                        "no break-even: already above it at price 0"),
                        new BreakEven("SMC", 2.5, OptionalDouble.of(1234.4), "4 counted per iteration, exact")),
                List.of("assumed: price of SMC was not verified"), "the paper, figure 5");
        var none = new ClaimReport("tz.ipc.pipe.polling", "Polling costs little", Kind.GOAL, Provenance.MEASURED,
                new TreeSet<>(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), "ratio",
                Double.NEGATIVE_INFINITY, 1.5, Verdict.INCOMPLETE, 0, "", List.of(),
                List.of("incomplete: no data"), "ours");
        String text = TextReport.of(report(List.of(arm("direct", Label.MEASURED, 9000, 1, "size", "1", "tee", "none"),
                arm("rpc", Label.INJECTED, 19800, 2.2, "size", "1", "tee", "none"),
                arm("direct", Label.MEASURED, 12.5, 1, "size", "64", "tee", "none")), List.of(claim, none)));

        assertEquals("""
                tz/ipc: IPC
                Some CPU, 2 CPUs, Linux 6.1 amd64, JDK Vendor 25, governor performance, load 0.1 0.2 0.3

                size  arm       p10    p50    p99      n  ratio  95 % interval  label
                1     direct   8100   9000  13500  24000                        measured
                      rpc     17820  19800  29700  24000   2.20     2.15..2.25  injected
                64    direct  11.25   12.5  18.75  24000                        measured
                all at tee=none
                times in ns; ratio of medians to direct, median over rounds
                  direct: the direct arm
                  rpc: the rpc arm, cost profile board

                failed
                  size=64 tee=none: arm rpc, block 3: the TA crashed: signal=11

                skipped
                  tee=sgx; tee=sev: it is not here

                claims
                  MISS        tz.ipc.pipe.rpc: 2.2 ratio [2.1..2.3], reproduces 1.6..1.9, off by 0.3
                              RPC costs 1.6 to 1.9 times
                              assumed; arms measured and injected; at size=1; band from the paper, figure 5
                              break-even at 1.6: SMC: no break-even: already above it at price 0
                              break-even at 2.5: SMC = 1234 ns (4 counted per iteration, exact)
                              assumed: price of SMC was not verified
                  INCOMPLETE  tz.ipc.pipe.polling: no value, goal <= 1.5
                              incomplete: no data

                plot    /results/tz-ipc/20260102T030405-0a0b/figures/tz-ipc.svg
                result  /results/tz-ipc/20260102T030405-0a0b
                repeat  exp:run tz/ipc size=1,64
                """, text);
    }

    @Test
    void showsDistributionsUpToTheGreatestValue() {
        ArmReport quiet = arm("quiet", Label.MEASURED, 9000, 1, "callers", "8");
        var waits = new TreeMap<>(Map.of("wait.ns", new ArmReport.Spread(804, 1000, 2500.5, 40000, 90000, 1234567)));
        var swap = new ArmReport("swap", "swaps", Label.MEASURED, quiet.parameters(), "unpriced", quiet.statistics(),
                Optional.empty(), new TreeMap<>(), new TreeMap<>(), waits);

        String text = TextReport.of(report(List.of(quiet, swap), List.of()));

        assertTrue(text.contains("""
                distributions over all measured blocks
                arm   each      p10   p50    p90    p99      max    n
                swap  wait.ns  1000  2501  40000  90000  1234567  804
                """), text);
        assertFalse(TextReport.of(report(List.of(quiet), List.of())).contains("distributions"));
    }

    @Test
    void staysWithin120ColumnsHoweverLongTheNames() {
        List<ArmReport> arms = new ArrayList<>();
        for (String size : List.of("1", "65536")) {
            for (String tee : List.of("none", "a-backend-with-a-long-name")) {
                arms.add(arm("direct", Label.MEASURED, 123456789, 1, "size", size, "tee", tee, "file", "f" + size));
                arms.add(arm("an-arm-with-a-very-long-name-indeed", Label.INJECTED, 987654321, 8, "size", size, "tee",
                        tee, "file", "f" + size));
            }
        }
        String text = TextReport.of(report(arms, List.of()));

        assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
        assertTrue(text.contains("987654321"), "numbers are not cut");
        assertTrue(text.contains("a-ba…") || text.contains("a-backend"), text);
    }

    @Test
    void saysThatNothingWasMeasured() {
        assertTrue(TextReport.of(report(List.of(), List.of())).contains("\nnothing was measured\n"));
    }

    @Test
    void writesNumbersForPeople() {
        assertEquals("0", Numbers.plain(0));
        assertEquals("0.123", Numbers.plain(0.12345));
        assertEquals("1.5", Numbers.plain(1.5));
        assertEquals("99.99", Numbers.plain(99.99));
        assertEquals("123.5", Numbers.plain(123.456));
        assertEquals("1000", Numbers.plain(1000));
        assertEquals("100", Numbers.plain(100));
        assertEquals("123457", Numbers.plain(123456.7));
        assertEquals("-", Numbers.plain(Double.NaN));
    }
}
