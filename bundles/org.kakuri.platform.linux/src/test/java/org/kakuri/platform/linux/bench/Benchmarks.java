package org.kakuri.platform.linux.bench;

import java.util.Arrays;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of this bundle. Arguments are JMH's; without any, all run, briefly: one fork, 3 x 1 s of warm-up, 5 x 1 s
 * measured. {@code --quick} runs 1 x 0.3 s and 3 x 0.3 s.
 */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        boolean quick = Arrays.asList(arguments).contains("--quick");
        String[] forJmh = Arrays.stream(arguments).filter(a -> !a.equals("--quick")).toArray(String[]::new);
        CommandLineOptions given = new CommandLineOptions(forJmh);
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given);
        if (given.getIncludes().isEmpty()) {
            options.include(Benchmarks.class.getPackageName().replace(".", "\\."));
        }
        if (!given.getForkCount().hasValue()) {
            options.forks(1);
        }
        TimeValue time = TimeValue.milliseconds(quick ? 300 : 1000);
        if (!given.getWarmupIterations().hasValue()) {
            options.warmupIterations(quick ? 1 : 3).warmupTime(time);
        }
        if (!given.getMeasurementIterations().hasValue()) {
            options.measurementIterations(quick ? 3 : 5).measurementTime(time);
        }
        options.jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow");
        new Runner(options.build()).run();
    }
}
