package org.kakuri.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Price;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.ClaimReport.BreakEven;
import org.kakuri.engine.ClaimReport.Provenance;
import org.kakuri.engine.ClaimReport.Verdict;
import org.kakuri.engine.RunReport;

/** All numbers are worked out by hand: samples are constants, so medians are known. */
@Timeout(60)
class ClaimTest {
    private static final double NONE = Double.NEGATIVE_INFINITY;

    @TempDir
    Path workspace;

    private ClaimReport judge(FakeExperiment fake, String... parameters) {
        return new Bench(workspace, fake).run(parameters).claims().getFirst();
    }

    private static FakeExperiment ratioOf(double value, Kind kind, double low, double high) {
        return new FakeExperiment().constant("direct", 100)
                .constant("rpc", 100 * value)
                .claiming(FakeExperiment.ratio("fake.echo.rpc", kind, "rpc", low, high));
    }

    @Test
    void passesInsideTheBandAndOnItsBounds() {
        assertEquals(Verdict.PASS, judge(ratioOf(1.5, Kind.REPRODUCES, 1, 2)).verdict());
        assertEquals(Verdict.PASS, judge(ratioOf(2, Kind.REPRODUCES, 1, 2)).verdict());
        assertEquals(Verdict.PASS, judge(ratioOf(1, Kind.REPRODUCES, 1, 2)).verdict());
        assertEquals(Verdict.PASS, judge(ratioOf(0.5, Kind.GOAL, NONE, 1.5)).verdict());
    }

    @Test
    void missesAReproductionWithItsDistance() {
        ClaimReport above = judge(ratioOf(2.75, Kind.REPRODUCES, 1, 2));
        assertEquals(Verdict.MISS, above.verdict());
        assertEquals(OptionalDouble.of(2.75), above.value());
        assertEquals(0.75, above.distance());
        ClaimReport below = judge(ratioOf(0.5, Kind.REPRODUCES, 1, 2));
        assertEquals(Verdict.MISS, below.verdict());
        assertEquals(0.5, below.distance());
    }

    @Test
    void setsTheExitCodeForAFailedGoalAndForAMissOnlyIfStrict() {
        RunReport goal = new Bench(workspace, ratioOf(2, Kind.GOAL, NONE, 1.5)).run();
        assertEquals(Verdict.FAIL, goal.claims().getFirst().verdict());
        assertEquals(1, goal.exitCode());
        RunReport missed = new Bench(workspace, ratioOf(3, Kind.REPRODUCES, 1, 2)).run();
        assertEquals(0, missed.exitCode());
        assertEquals(1, missed.exitCode(true));
        assertEquals(1, new Bench(workspace, ratioOf(3, Kind.REPRODUCES, 1, 2)).run(Bench.QUICK.withStrict(true))
                .exitCode());
        assertEquals(0, new Bench(workspace, ratioOf(1, Kind.REPRODUCES, 1, 2)).run(Bench.QUICK.withStrict(true))
                .exitCode());
    }

    @Test
    void takesTheGreatestRatioOverThePoints() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "64", "4k"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> FakeExperiment
                        .samples(point.number("size") == 64 ? 180 : 120)
                        .measure(point, iterations, sink))
                .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", 1, 2));
        ClaimReport claim = judge(fake);

        assertEquals(OptionalDouble.of(1.8), claim.value());
        assertEquals("size=64", claim.where());
        assertEquals(OptionalDouble.of(1.8), claim.valueLow());
    }

    @Test
    void takesTheGeometricMeanOfRatios() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> FakeExperiment
                        .samples(point.number("size") == 1 ? 100 : 400)
                        .measure(point, iterations, sink))
                .claiming(new ClaimSpec("fake.echo.mean", "mean", Kind.REPRODUCES, "ratio", 1, 3,
                        new ClaimSpec.MeanRatioOfMedians("rpc", "direct"), Map.of(), Optional.empty(), "here"));

        assertEquals(2, judge(fake).value().orElseThrow(), 1e-12);
    }

    @Test
    void takesTheGreatestExtra() {
        var fake = new FakeExperiment();
        fake.arm("rpc", (point, iterations, sink) -> {
            FakeExperiment.samples(1).measure(point, iterations, sink);
            sink.extra("pages", fake.order.size());
        })
                .claiming(new ClaimSpec("fake.echo.pages", "pages", Kind.GOAL, "pages", NONE, 4,
                        new ClaimSpec.MaxExtra("rpc", "pages"), Map.of(), Optional.of("SMC"), "here"));
        ClaimReport claim = judge(fake);

        assertEquals(OptionalDouble.of(5), claim.value(), "one block for warm-up and four that count");
        assertEquals(Verdict.FAIL, claim.verdict());
        assertEquals(List.of(new BreakEven("SMC", 4, OptionalDouble.empty(), "the value is no ratio of times")),
                claim.breakEvens());
    }

    @Test
    void looksOnlyAtThePointsItIsAbout() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "64"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> {
                    if (point.number("size") == 1) {
                        throw new KakuriException("crashed", "");
                    }
                    FakeExperiment.samples(120).measure(point, iterations, sink);
                })
                .claiming(new ClaimSpec("fake.echo.64", "at 64", Kind.REPRODUCES, "ratio", 1, 2,
                        new ClaimSpec.MaxRatioOfMedians("rpc", "direct"), Map.of("size", "64"), Optional.empty(),
                        "here"));
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(Verdict.PASS, report.claims().getFirst().verdict());
        assertEquals(1, report.failures().size());
    }

    @Test
    void isIncompleteIfATrialFailedAnArmIsMissingOrNothingWasMeasured() {
        var failed = new FakeExperiment().with(FakeExperiment.size("1", "64"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> {
                    if (point.number("size") == 64) {
                        throw new KakuriException("crashed", "");
                    }
                    FakeExperiment.samples(120).measure(point, iterations, sink);
                })
                .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", 1, 2));
        ClaimReport claim = judge(failed);
        assertEquals(Verdict.INCOMPLETE, claim.verdict());
        assertEquals(List.of("incomplete: failed at size=64"), claim.notes());
        assertEquals(OptionalDouble.of(1.2), claim.value());

        var missing = new FakeExperiment().constant("direct", 100)
                .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", 1, 2));
        claim = judge(missing);
        assertEquals(Verdict.INCOMPLETE, claim.verdict());
        assertEquals(List.of("incomplete: no point has both arm rpc and arm direct",
                "no arm rpc at the only point"), claim.notes());
        assertEquals(OptionalDouble.empty(), claim.value());

        var skipped = ratioOf(1.5, Kind.GOAL, NONE, 2).opening((point, context) -> {
            throw new Unsupported("no compiler", "");
        });
        assertEquals(Verdict.INCOMPLETE, judge(skipped).verdict());
    }

    @Test
    void saysAtWhichPointsAnArmWasMissing() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> {
                    if (point.number("size") == 2) {
                        throw new Unsupported("too big", "");
                    }
                    FakeExperiment.samples(150).measure(point, iterations, sink);
                })
                .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", 1, 2));
        ClaimReport claim = judge(fake);

        assertEquals(Verdict.PASS, claim.verdict());
        assertEquals(List.of("no arm rpc at size=2"), claim.notes());
    }

    private static ArmInfo labelled(String name, Label label, CostProfile profile) {
        return new ArmInfo(name, name, label, Map.of(), List.of(), profile);
    }

    @Test
    void relatesWallClockOnlyToWallClock() {
        for (Label label : Label.values()) {
            var fake = new FakeExperiment().constant("direct", 100)
                    .arm(labelled("rpc", label, CostProfile.UNPRICED), FakeExperiment.samples(150))
                    .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", 1, 2));
            RunReport report = new Bench(workspace, fake).run();
            ClaimReport claim = report.claims().getFirst();
            boolean wallClock = label == Label.MEASURED || label == Label.INJECTED;

            assertEquals(wallClock ? Verdict.PASS : Verdict.INCOMPLETE, claim.verdict(), label.text());
            assertEquals(EnumSet.of(Label.MEASURED, label), claim.labels());
            assertEquals(wallClock, report.arms().get(1).ratio().isPresent());
            if (!wallClock) {
                assertEquals(OptionalDouble.empty(), claim.value());
                assertTrue(claim.notes()
                        .contains("incomplete: labels measured and " + label.text()
                                + " are not put in relation"),
                        claim.notes().toString());
            }
        }
    }

    @Test
    void derivesProvenanceFromParameters() {
        assertEquals(Provenance.MEASURED,
                judge(ratioOf(1.5, Kind.REPRODUCES, 1, 2).with(FakeExperiment.size("64"))).provenance());
        ClaimReport strange = judge(ratioOf(1.5, Kind.REPRODUCES, 1, 2).with(FakeExperiment.size("64", "4k")),
                "size=4096,100");
        assertEquals(Provenance.ASSUMED, strange.provenance());
        assertEquals(List.of("assumed: size=100 is not among the sourced values 64,4k"), strange.notes());
        ClaimReport unsourced = judge(ratioOf(1.5, Kind.REPRODUCES, 1, 2).with(
                new Parameter("think", "time", Parameter.Kind.NUMBER, List.of("3"), List.of(), 0, 9, "")));
        assertEquals(Provenance.ASSUMED, unsourced.provenance());
        assertEquals(List.of("assumed: think=3 has no source"), unsourced.notes());
        assertEquals(Provenance.MEASURED, judge(ratioOf(1.5, Kind.REPRODUCES, 1, 2).with(
                new Parameter("tee", "backend", Parameter.Kind.BACKEND, List.of(), List.of(), 0, 0, "")),
                "tee=trustzone").provenance(), "a backend names what was measured");
    }

    private static CostProfile profile(boolean verified) {
        return new CostProfile("board", "a board", "1 GHz", "arm",
                Map.of("SMC", new Price(500, 0, 400, 600, "a paper, table 1", verified, "")));
    }

    private ClaimReport injected(CostProfile profile, double value, double low, double high, String event) {
        return judge(new FakeExperiment().constant("direct", 100)
                .arm(labelled("rpc", Label.INJECTED, profile),
                        FakeExperiment.counting(value, event, 2, Observability.EXACT))
                .claiming(FakeExperiment.ratio("fake.echo.rpc", Kind.REPRODUCES, "rpc", low, high)));
    }

    @Test
    void derivesProvenanceFromPrices() {
        ClaimReport predicted = injected(profile(true), 150, 1, 2, "SMC");
        assertEquals(Provenance.PREDICTED, predicted.provenance());
        assertEquals(List.of("predicted: arm rpc is charged by cost profile board"), predicted.notes());
        ClaimReport assumed = injected(profile(false), 150, 1, 2, "SMC");
        assertEquals(Provenance.ASSUMED, assumed.provenance());
        assertTrue(assumed.notes()
                .contains(
                        "assumed: price of SMC in cost profile board was not verified at its source"));
    }

    @Test
    void takesAValueWithAnUnpricedEventForALowerBound() {
        ClaimReport inside = injected(profile(true), 150, 1, 2, "IRQ");
        assertEquals(Verdict.INCOMPLETE, inside.verdict());
        assertEquals(List.of("incomplete: the value is only a lower bound",
                "predicted: arm rpc is charged by cost profile board",
                "lower bound: IRQ has no price in cost profile board"), inside.notes());
        assertEquals(Verdict.MISS, injected(profile(true), 300, 1, 2, "IRQ").verdict(),
                "what is too much already stays too much");
        assertEquals(Verdict.PASS, injected(profile(true), 300, 2, Double.POSITIVE_INFINITY, "IRQ").verdict());
    }

    private static ClaimSpec breakEven(ClaimSpec.Calculation calculation, double low, double high) {
        return new ClaimSpec("fake.echo.rpc", "text", Kind.REPRODUCES, "ratio", low, high, calculation, Map.of(),
                Optional.of("SMC"), "here");
    }

    private static final ClaimSpec.Calculation GREATEST = new ClaimSpec.MaxRatioOfMedians("rpc", "direct");

    /** (120 + 4p)/100 = 1 has p below 0; (120 + 4p)/100 = 1.6 has p = 10. */
    @Test
    void findsTheBreakEvenPrice() {
        ClaimReport claim = judge(new FakeExperiment().constant("direct", 100)
                .arm("rpc", FakeExperiment.counting(120, "SMC", 4, Observability.EXACT))
                .claiming(breakEven(GREATEST, 1, 1.6)));

        assertEquals(new BreakEven("SMC", 1, OptionalDouble.empty(), "no break-even: already above it at price 0"),
                claim.breakEvens().get(0));
        assertEquals(10, claim.breakEvens().get(1).ns().orElseThrow(), 1e-6);
        assertEquals("4 counted per iteration, exact", claim.breakEvens().get(1).why());
    }

    /** Two key events, three and one for each iteration, at one price: (120 + 4p)/100 = 1.6 has p = 10. */
    @Test
    void findsOnePriceForAllKeyEvents() {
        ClaimReport claim = judge(new FakeExperiment().constant("direct", 100)
                .arm(new ArmInfo("rpc", "the rpc arm", Label.MEASURED, Map.of(), List.of("EENTER", "EEXIT", "ERESUME"),
                        CostProfile.UNPRICED), FakeExperiment.counting(120, Map.of("EENTER", 3L, "EEXIT", 1L)))
                .claiming(new ClaimSpec("fake.echo.rpc", "text", Kind.REPRODUCES, "ratio", 1, 1.6, GREATEST, Map.of(),
                        Optional.of(ClaimSpec.KEY_EVENTS), "here")));

        assertEquals(new BreakEven("EENTER = EEXIT", 1, OptionalDouble.empty(),
                "no break-even: already above it at price 0"), claim.breakEvens().get(0));
        assertEquals("EENTER = EEXIT", claim.breakEvens().get(1).event());
        assertEquals(10, claim.breakEvens().get(1).ns().orElseThrow(), 1e-6);
        assertEquals("4 counted per iteration, exact", claim.breakEvens().get(1).why());
    }

    @Test
    void findsNoBreakEvenForAnArmWithoutKeyEvents() {
        ClaimReport claim = judge(new FakeExperiment().constant("direct", 100)
                .arm("rpc", FakeExperiment.counting(120, "SMC", 4, Observability.EXACT))
                .claiming(new ClaimSpec("fake.echo.rpc", "text", Kind.REPRODUCES, "ratio", 1, 1.6, GREATEST, Map.of(),
                        Optional.of(ClaimSpec.KEY_EVENTS), "here")));

        assertEquals(new BreakEven(ClaimSpec.KEY_EVENTS, 1.6, OptionalDouble.empty(),
                "no break-even: the arm's key events do not occur, or it has none"), claim.breakEvens().get(1));
    }

    /** size 1: (100 + 2p)/100 = 2 at p = 50; size 2: (300 + 10p)/200 = 2 at p = 10, which is reached first. */
    @Test
    void findsThePriceAtWhichTheGreatestRatioReachesTheBound() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"))
                .arm("direct", (point, iterations, sink) -> FakeExperiment
                        .samples(point.number("size") == 1 ? 100 : 200)
                        .measure(point, iterations, sink))
                .arm("rpc", (point, iterations, sink) -> (point.number("size") == 1
                        ? FakeExperiment.counting(100, "SMC", 2, Observability.EXACT)
                        : FakeExperiment.counting(300, "SMC", 10, Observability.EXACT))
                        .measure(point, iterations, sink))
                .claiming(breakEven(GREATEST, NONE, 2));
        BreakEven found = judge(fake).breakEvens().getFirst();

        assertEquals(10, found.ns().orElseThrow(), 1e-6);
        assertEquals("2 to 10 counted per iteration, exact", found.why());
    }

    /** sqrt((100 + 2p)/100 * (400 + 8p)/100) = (100 + 2p)/50 = 4 at p = 50. */
    @Test
    void findsThePriceAtWhichTheMeanReachesTheBound() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"))
                .constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> (point.number("size") == 1
                        ? FakeExperiment.counting(100, "SMC", 2, Observability.EXACT)
                        : FakeExperiment.counting(400, "SMC", 8, Observability.EXACT))
                        .measure(point, iterations, sink))
                .claiming(breakEven(new ClaimSpec.MeanRatioOfMedians("rpc", "direct"), NONE, 4));

        assertEquals(50, judge(fake).breakEvens().getFirst().ns().orElseThrow(), 1e-6);
    }

    @Test
    void findsNoBreakEvenWithoutExactEvents() {
        assertEquals("no break-even: the event does not occur",
                whyNone(FakeExperiment.counting(120, "IRQ", 4, Observability.EXACT)));
        assertEquals("no break-even: the arm told no events", whyNone(FakeExperiment.samples(120)));
        assertEquals("no break-even: the count is lower bound",
                whyNone(FakeExperiment.counting(120, "SMC", 4, Observability.LOWER_BOUND)));
    }

    private String whyNone(FakeExperiment.Block block) {
        BreakEven none = judge(new FakeExperiment().constant("direct", 100)
                .arm("rpc", block)
                .claiming(breakEven(GREATEST, NONE, 1.6))).breakEvens().getFirst();
        assertEquals(OptionalDouble.empty(), none.ns());
        return none.why();
    }

    /** The injected point's samples already hold the price; the measured one gives (120 + 4p)/100 = 2 at p = 20. */
    @Test
    void takesTheBreakEvenFromArmsWithoutPrices() {
        var fake = new FakeExperiment().constant("direct", 100)
                .arm(labelled("rpc", Label.INJECTED, profile(true)),
                        FakeExperiment.counting(120, "SMC", 4, Observability.EXACT))
                .claiming(breakEven(GREATEST, NONE, 2));
        assertEquals("no arm without prices was measured", judge(fake).breakEvens().getFirst().why());

        var plain = new FakeExperiment().constant("direct", 100)
                .arm("rpc", (point, iterations, sink) -> {
                    FakeExperiment.samples(120).measure(point, iterations, sink);
                    sink.events(LedgerSnapshot.of(Map.of("SMC", new EventCount(4L * iterations, 0,
                            Observability.EXACT))));
                })
                .claiming(breakEven(GREATEST, NONE, 2));
        assertEquals(20, judge(plain).breakEvens().getFirst().ns().orElseThrow(), 1e-6);
    }
}
