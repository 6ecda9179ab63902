package org.kakuri.tck.internal;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.CheckResult.Verdict;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.Subject;

/** Runs a check on a thread of its own. */
final class Runner {
    /** How long a check that was interrupted at its limit may take to clean up, before the next one starts. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Duration limit;

    Runner(Duration limit) {
        this.limit = limit;
    }

    <S extends Subject> CheckResult run(Check<S> check, S subject) {
        Set<String> missing = new TreeSet<>();
        check.needs()
                .stream()
                .filter(need -> !subject.capabilities().contains(need))
                .forEach(
                        need -> missing.add(need.name()));
        if (!missing.isEmpty()) {
            return new CheckResult(check.id(), subject.name(), Verdict.SKIPPED,
                    "needs " + String.join(", ", missing));
        }
        var outcome = new AtomicReference<CheckResult>();
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("tck " + check.id())
                .start(() -> outcome.set(outcome(check, subject)));
        try {
            if (!thread.join(limit)) {
                return hung(check, subject, thread);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            return result(check, subject, Verdict.FAIL, "the run of the kit was interrupted");
        }
        return outcome.get();
    }

    private CheckResult hung(Check<?> check, Subject subject, Thread thread) throws InterruptedException {
        String where = where(thread.getStackTrace());
        thread.interrupt();
        thread.join(GRACE);
        return result(check, subject, Verdict.FAIL, "hung: not done within " + limit.toMillis() + " ms, " + where);
    }

    private static <S extends Subject> CheckResult outcome(Check<S> check, S subject) {
        try {
            check.body().run(subject);
            return result(check, subject, Verdict.PASS, "");
        } catch (Skipped e) {
            return result(check, subject, Verdict.SKIPPED, e.getMessage());
        } catch (Finding e) {
            return result(check, subject, Verdict.FAIL, e.getMessage());
        } catch (Throwable e) {
            return result(check, subject, Verdict.FAIL, "unexpected " + e + " " + where(e.getStackTrace()));
        }
    }

    private static CheckResult result(Check<?> check, Subject subject, Verdict verdict, String detail) {
        return new CheckResult(check.id(), subject.name(), verdict, detail);
    }

    /** Returns the first frame that is nobody's library. */
    private static String where(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(frame -> !frame.getClassName().startsWith("java.")
                        && !frame.getClassName().startsWith("jdk."))
                .findFirst()
                .map(frame -> "at " + frame)
                .orElse("nowhere");
    }
}
