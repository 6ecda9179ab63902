package org.kakuri.domain.internal.host;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.domain.internal.wire.ProtocolViolation;
import org.kakuri.domain.internal.wire.Result;
import org.kakuri.domain.internal.wire.WireError;

/**
 * The calls that wait for the child's answer, and the guests that wait for their end. Answers come from the host's thread,
 * calls from any.
 */
final class Calls {
    private final String where;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Ending>> guests = new ConcurrentHashMap<>();
    private volatile Consumer<Message.Traced> traced = _ -> {};
    private volatile Loss loss;

    /** What became of a call or a guest. */
    private sealed interface Ending {
        record Answered(Result result) implements Ending {}

        record Exited(GuestExit exit) implements Ending {}

        record Failed(WireError error) implements Ending {}

        record Lost(Loss loss) implements Ending {}
    }

    /**
     * A call on its way.
     *
     * @param id its number
     * @param operation what was asked
     * @param ending completed when it is known
     */
    record Pending(long id, Operation operation, CompletableFuture<Ending> ending) {}

    /** @param where who answers, for messages */
    Calls(String where) {
        this.where = where;
    }

    /**
     * Prepares a call, to be sent next.
     *
     * @throws org.kakuri.api.Gone if the host is lost; the call had no effect
     */
    Pending begin(Operation operation) {
        Pending call = new Pending(ids.incrementAndGet(), operation, new CompletableFuture<>());
        pending.put(call.id(), call);
        Loss why = loss;
        if (why != null) {
            pending.remove(call.id());
            throw why.toException(false);
        }
        return call;
    }

    /** Forgets a call that was not sent. */
    void forget(Pending call) {
        pending.remove(call.id());
    }

    /** Waits for a call's answer. */
    Result await(Pending call) {
        try {
            return result(call, call.ending().get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while " + where + " was asked to " + call.operation().text(),
                    "close the session: the call may still take effect", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a call's answer for a limited time; empty if it did not come. */
    Optional<Result> await(Pending call, Deadline deadline) {
        try {
            return Optional.of(
                    result(call, call.ending().get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Result result(Pending call, Ending ending) {
        return switch (ending) {
        case Ending.Answered(Result result) -> result;
        case Ending.Failed(WireError error) -> throw error.toException(where);
        case Ending.Lost(Loss why) -> throw why.toException(call.operation().hasEffect());
        case Ending.Exited _ -> throw new IllegalStateException("a guest's end answers no call");
        };
    }

    /** Waits for a guest's end; empty if it still runs at the deadline. */
    Optional<GuestExit> awaitGuest(long guest, Deadline deadline) {
        Ending ending;
        try {
            ending = guests.get(guest).get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while waiting for guest " + guest + " in " + where, "", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return switch (ending) {
        case Ending.Exited(GuestExit exit) -> Optional.of(exit);
        case Ending.Failed(WireError error) -> throw error.toException(where);
        case Ending.Lost(Loss why) -> throw why.toException(true);
        case Ending.Answered _ -> throw new IllegalStateException("an answer ends no guest");
        };
    }

    /** Sets who is told the child's events, on the host's thread: must not wait for anything. */
    void onTraced(Consumer<Message.Traced> listener) {
        traced = listener;
    }

    /** Takes a message from the child, on the host's thread. */
    void take(Message message) {
        switch (message) {
        case Message.Reply(long id, Result result) -> answered(id, result);
        case Message.Failure(long id, WireError error) -> asked(id).ending().complete(new Ending.Failed(error));
        case Message.GuestEnded(long guest, GuestExit exit) -> ended(guest, new Ending.Exited(exit));
        case Message.GuestLost(long guest, WireError error) -> ended(guest, new Ending.Failed(error));
        case Message.Traced events -> traced.accept(events);
        case Message.Hello _,Message.Request _,Message.Kill _,Message.Ping _,Message.Pong _,Message.Trace _ ->
            throw new ProtocolViolation("not for the parent: " + message.getClass().getSimpleName());
        }
    }

    private void answered(long id, Result result) {
        Pending call = asked(id);
        if (!fits(call.operation(), result)) {
            throw new ProtocolViolation("%s was answered by %s".formatted(call.operation().text(),
                    result.getClass().getSimpleName()));
        }
        if (result instanceof Result.Spawned(long guest)) {
            CompletableFuture<Ending> end = new CompletableFuture<>();
            if (guests.putIfAbsent(guest, end) != null) {
                throw new ProtocolViolation("guest number given twice: guest=" + guest);
            }
        }
        call.ending().complete(new Ending.Answered(result));
    }

    private static boolean fits(Operation operation, Result result) {
        return switch (operation) {
        case Operation.Open _,Operation.GoOn _,Operation.Close _ -> result instanceof Result.Done;
        case Operation.Spawn _ -> result instanceof Result.Spawned;
        case Operation.Place _ -> result instanceof Result.Placed;
        case Operation.Count _,Operation.CountGuest _ -> result instanceof Result.Counted;
        case Operation.Measure _ -> result instanceof Result.Measured;
        case Operation.Attest _ -> result instanceof Result.Attested;
        case Operation.Quiesce _ -> result instanceof Result.Rested;
        case Operation.Memory _ -> result instanceof Result.Areas;
        case Operation.Touch _ -> result instanceof Result.Touched;
        case Operation.Report _ -> result instanceof Result.Reported;
        };
    }

    private Pending asked(long id) {
        Pending call = pending.remove(id);
        if (call == null) {
            throw new ProtocolViolation("an answer to no question: id=" + id);
        }
        return call;
    }

    private void ended(long guest, Ending ending) {
        CompletableFuture<Ending> waiting = guests.get(guest);
        if (waiting == null || !waiting.complete(ending)) {
            throw new ProtocolViolation("the end of no running guest: guest=" + guest);
        }
    }

    /** Returns how many calls wait for an answer. */
    int waiting() {
        return pending.size();
    }

    /** Returns why the host is lost; empty while it is not. */
    Optional<Loss> loss() {
        return Optional.ofNullable(loss);
    }

    /** Ends everything that waits, and whatever is asked later. The first reason stays. */
    void lose(Loss why) {
        if (loss == null) {
            loss = why;
        }
        for (Long id : pending.keySet()) {
            Pending call = pending.remove(id);
            if (call != null) {
                call.ending().complete(new Ending.Lost(loss));
            }
        }
        guests.values().forEach(end -> end.complete(new Ending.Lost(loss)));
    }
}
