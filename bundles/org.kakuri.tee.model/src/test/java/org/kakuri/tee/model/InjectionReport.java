package org.kakuri.tee.model;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.instance.Attachment;
import org.kakuri.tee.model.instance.ContextRunner;
import org.kakuri.tee.model.instance.ImageDigest;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.instance.InstanceRules;

/** Measures what recording costs and by how much an injected price is exceeded. A program, not a test. */
public final class InjectionReport {
    private static final int WARM_UP = 200_000;
    private static final int ROUNDS = 20_000;
    private static final int BATCH = 100;

    private InjectionReport() {}

    /** Prints one line a figure. */
    public static void main(String[] arguments) {
        System.out.println("what | p10 ns | p50 ns | p99 ns");
        var machine = new MachineModel("host-a", Machine.ARM);
        report("nanoTime, twice", 0, System::nanoTime);
        EventCounter counted = machine.recorder(Pricing.NONE).counter("SMC");
        batch("record, not injected", counted::record);
        for (int price : new int[] {620, 3000, 20_000}) {
            var profile = new CostProfile("x", "x", "x", Machine.ARM,
                    Map.of("SMC", new Price(price, 0, price, price, "this report", false, "")));
            EventCounter injected = machine.recorder(new Pricing(profile, true)).counter("SMC");
            report("overshoot of " + Duration.ofNanos(price).toNanos() + " ns", price, injected::record);
        }
        crossings(machine);
    }

    private static void crossings(MachineModel machine) {
        var instance = new InstanceModel(machine,
                new InstanceSpec("report", new UUID(0, 1), 4096, Pricing.NONE, Map.of()), new Plain());
        var request = new HostRequest("posix", 0, 0);
        instance.seal();
        instance.addContext(new ContextSpec("c", inside -> {
            batch("callHost and back", () -> inside.callHost(request));
            batch("safepoint", inside::safepoint);
            return 0;
        })).run(exit -> Resume.CONTINUE);
        machine.close();
    }

    private static void batch(String what, Runnable step) {
        Runnable many = () -> {
            for (int i = 0; i < BATCH; i++) {
                step.run();
            }
        };
        print(what, measure(many, WARM_UP / BATCH), BATCH, 0);
    }

    private static void report(String what, long expected, Runnable step) {
        print(what, measure(step, expected == 0 ? WARM_UP : 20_000), 1, expected);
    }

    private static long[] measure(Runnable step, int warmUp) {
        for (int i = 0; i < warmUp; i++) {
            step.run();
        }
        var samples = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            step.run();
            samples[i] = System.nanoTime() - start;
        }
        Arrays.sort(samples);
        return samples;
    }

    private static void print(String what, long[] sorted, int each, long expected) {
        System.out.printf("%s | %.1f | %.1f | %.1f%n", what, at(sorted, 0.10, each) - expected,
                at(sorted, 0.50, each) - expected, at(sorted, 0.99, each) - expected);
    }

    private static double at(long[] sorted, double quantile, int each) {
        return (double) sorted[(int) (quantile * sorted.length)] / each;
    }

    private record Plain() implements InstanceRules {
        @Override
        public String backend() {
            return "report";
        }

        @Override
        public SecurityState securityState() {
            return SecurityState.NORMAL;
        }

        @Override
        public Measurement measure(InstanceModel own, java.util.List<Attachment> attachments) {
            return ImageDigest.measure("REPORT", attachments);
        }

        @Override
        public void left(ContextRunner context, org.kakuri.api.tee.Exit exit) {
            context.instance().recorder().record("HOST_CALL");
        }
    }
}
