package org.kakuri.engine.internal.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.engine.internal.record.Entry;
import org.kakuri.engine.internal.record.Entry.Status;
import org.kakuri.engine.internal.record.RunFolder;

/**
 * One trial on a thread of its own, watched from the thread that runs the sweep. A trial that takes too long, whose experiment
 * goes away or whose user loses patience is given up: it is closed, its thread is interrupted, and if that does not end it, it is
 * left behind without a way to write. The sweep goes on in every case.
 */
final class TrialRun {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration CLOSING = Duration.ofSeconds(5);
    private static final int WATCH_MILLIS = 20;

    private final Settings settings;
    private final int number;
    private final Point point;
    private final TrialLog log;
    private final TrialBody body;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Trial trial;
    private volatile Throwable failure;
    private volatile boolean stopped;
    private boolean interrupted;

    TrialRun(Settings settings, int number, Point point) {
        this.settings = settings;
        this.number = number;
        this.point = point;
        log = new TrialLog(settings.writer());
        body = new TrialBody(settings, number, settings.spec().where(point), log);
    }

    /** Runs the trial and writes how it ended. */
    void run() {
        settings.writer().append(new Entry.Opened(number, point));
        if (!settings.present().getAsBoolean()) {
            settings.writer()
                    .append(new Entry.Ended(number, Status.FAILED, "experiment "
                            + settings.spec().info().id() + " is gone: its bundle was stopped"));
            return;
        }
        Path scratch = scratch();
        var limit = Duration.ofMillis(settings.spec().timeoutMillis());
        var facts = new TrialFacts(number, settings.workbench(), settings.profiles(), scratch, settings.workspace(),
                Deadline.in(limit), this::cancelled, log);
        Thread thread = Thread.ofPlatform().daemon().name("kakuri-trial-" + number).start(() -> work(facts));
        Entry.Ended ended;
        try {
            ended = watch(thread, facts.deadline(), limit);
        } finally {
            log.detach();
            RunFolder.remove(scratch);
        }
        settings.writer().append(ended);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the experiment's objection to the values of this point, if that is why the trial was not opened. */
    Optional<UsageError> objection() {
        return trial == null && failure instanceof UsageError error ? Optional.of(error) : Optional.empty();
    }

    private void work(TrialFacts facts) {
        try (Trial opened = settings.experiment().open(point, facts)) {
            trial = opened;
            log.check();
            stopped = !body.measure(opened);
        } catch (Throwable any) {
            failure = any;
        } finally {
            over.countDown();
        }
    }

    private Entry.Ended watch(Thread thread, Deadline deadline, Duration limit) {
        Deadline patience = null;
        while (true) {
            if (ended()) {
                return outcome();
            }
            if (!settings.present().getAsBoolean()) {
                return giveUp(thread, Status.FAILED, gone() + " (" + body.where() + ")");
            }
            if (deadline.passed()) {
                return giveUp(thread, Status.FAILED,
                        "timed out after " + limit.toMillis() / 1000.0 + " s (" + body.where() + ")");
            }
            if (cancelled()) {
                patience = patience == null ? Deadline.in(GRACE) : patience;
                if (patience.passed()) {
                    return giveUp(thread, Status.CANCELLED, "cancelled (" + body.where() + ")");
                }
            }
        }
    }

    private boolean ended() {
        try {
            return over.await(WATCH_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException request) {
            interrupted = true;
            return over.getCount() == 0;
        }
    }

    private boolean cancelled() {
        return interrupted || settings.cancelled().getAsBoolean();
    }

    private Entry.Ended outcome() {
        Throwable why = failure;
        if (why == null) {
            return stopped
                    ? new Entry.Ended(number, Status.CANCELLED, "cancelled")
                    : new Entry.Ended(number, Status.DONE, "");
        }
        if (!settings.present().getAsBoolean()) {
            return new Entry.Ended(number, Status.FAILED, gone() + " (" + body.where() + "): " + Reasons.of(why));
        }
        if (why instanceof Unsupported unsupported) {
            return new Entry.Ended(number, Status.SKIPPED, Reasons.of(unsupported));
        }
        if (cancelled()) {
            return new Entry.Ended(number, Status.CANCELLED, "cancelled (" + body.where() + ")");
        }
        keepTrace(why);
        return new Entry.Ended(number, Status.FAILED, body.where() + ": " + Reasons.of(why));
    }

    private Entry.Ended giveUp(Thread thread, Status status, String reason) {
        log.detach();
        Thread closer = Thread.ofPlatform().daemon().name("kakuri-trial-" + number + "-close").start(this::closeTrial);
        boolean closed = join(closer, CLOSING);
        thread.interrupt();
        boolean gone = join(thread, GRACE);
        return new Entry.Ended(number, status, reason + (closed ? "" : "; closing it does not end")
                + (gone ? "" : "; its thread does not end and is left behind"));
    }

    private void closeTrial() {
        Trial opened = trial;
        if (opened != null) {
            try {
                opened.close();
            } catch (RuntimeException | Error any) {
                keepTrace(any);
            }
        }
    }

    private boolean join(Thread thread, Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException request) {
            interrupted = true;
            return !thread.isAlive();
        }
    }

    private String gone() {
        return "experiment " + settings.spec().info().id() + " went away during the trial: its bundle was stopped";
    }

    private void keepTrace(Throwable why) {
        var trace = new StringWriter();
        why.printStackTrace(new PrintWriter(trace, true));
        RunFolder.write(settings.writer().record().folder().resolve("failure-" + number + ".txt"), trace.toString());
    }

    private static Path scratch() {
        try {
            return Files.createTempDirectory("kakuri-trial-");
        } catch (IOException problem) {
            throw new KakuriException("cannot make a scratch folder in " + System.getProperty("java.io.tmpdir") + ": "
                    + problem, "check that it can be written and has space left", problem);
        }
    }
}
