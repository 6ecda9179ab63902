package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Objects;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.tee.TracedEvent;

/**
 * One frame of the control socket.
 *
 * <pre>
 * parent                      child
 *        &lt;- Hello                        once, when the child's framework is up
 * Request -&gt;                             several at a time; each is answered once,
 *        &lt;- Reply | Failure              in any order
 * Kill    -&gt;                             not answered
 *        &lt;- GuestEnded | GuestLost       once for each guest, after the Reply that named it
 * Ping    -&gt;
 *        &lt;- Pong
 * Trace   -&gt;                             not answered
 *        &lt;- Traced                       while events are wanted
 * </pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({@Type(value = Message.Hello.class, name = "hello"),
    @Type(value = Message.Request.class, name = "request"), @Type(value = Message.Reply.class, name = "reply"),
    @Type(value = Message.Failure.class, name = "failure"), @Type(value = Message.Kill.class, name = "kill"),
    @Type(value = Message.GuestEnded.class, name = "ended"), @Type(value = Message.GuestLost.class, name = "lost"),
    @Type(value = Message.Ping.class, name = "ping"), @Type(value = Message.Pong.class, name = "pong"),
    @Type(value = Message.Trace.class, name = "trace"), @Type(value = Message.Traced.class, name = "traced")})
public sealed interface Message {
    /** The version of the protocol; both sides come from the same jar, so another one is refused. */
    int VERSION = 1;

    /**
     * The child is up.
     *
     * @param version {@link Message#VERSION}
     * @param jars what it found installed, digested by itself
     */
    record Hello(int version, List<Jar> jars) implements Message {
        /** Copies the list. */
        public Hello {
            jars = List.copyOf(jars);
        }
    }

    /**
     * A call.
     *
     * @param id chosen by the parent, used once
     * @param operation what to do
     */
    record Request(long id, Operation operation) implements Message {
        /** Refuses a request for nothing. */
        public Request {
            Objects.requireNonNull(operation, "operation");
        }
    }

    /**
     * The call's result.
     *
     * @param id of the request
     * @param result what came out
     */
    record Reply(long id, Result result) implements Message {
        /** Refuses a reply of nothing. */
        public Reply {
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * The call's exception.
     *
     * @param id of the request
     * @param error what was thrown
     */
    record Failure(long id, WireError error) implements Message {
        /** Refuses a failure of nothing. */
        public Failure {
            Objects.requireNonNull(error, "error");
        }
    }

    /**
     * Ends a guest.
     *
     * @param guest number of the guest
     * @param reason what it is told
     */
    record Kill(long guest, String reason) implements Message {}

    /**
     * A guest has ended.
     *
     * @param guest number of the guest
     * @param exit how
     */
    record GuestEnded(long guest, GuestExit exit) implements Message {
        /** Refuses an end of no kind. */
        public GuestEnded {
            Objects.requireNonNull(exit, "exit");
        }
    }

    /**
     * Waiting for a guest failed.
     *
     * @param guest number of the guest
     * @param error what was thrown
     */
    record GuestLost(long guest, WireError error) implements Message {
        /** Refuses a loss for no reason. */
        public GuestLost {
            Objects.requireNonNull(error, "error");
        }
    }

    /**
     * Are you there?
     *
     * @param number counts up
     */
    record Ping(long number) implements Message {}

    /**
     * I am.
     *
     * @param number that of the ping
     */
    record Pong(long number) implements Message {}

    /**
     * Begins or ends telling events.
     *
     * @param on whether they are wanted
     */
    record Trace(boolean on) implements Message {}

    /**
     * Events of the child's machines.
     *
     * @param events in the order they happened
     * @param dropped how many more were not kept
     */
    record Traced(List<TracedEvent> events, long dropped) implements Message {
        /** Copies the list. */
        public Traced {
            events = List.copyOf(events);
        }
    }

    /**
     * A bundle of the child.
     *
     * @param file its jar
     * @param sha256 digest in hexadecimal
     */
    record Jar(String file, String sha256) {
        /** Refuses missing parts. */
        public Jar {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(sha256, "sha256");
        }
    }
}
