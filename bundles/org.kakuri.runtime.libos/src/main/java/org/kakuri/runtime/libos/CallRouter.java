package org.kakuri.runtime.libos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.ResourceUsage;
import org.kakuri.platform.linux.Signals;
import org.kakuri.runtime.libos.calls.CallCounts;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.calls.Descriptors.Target;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.paging.GuestPaging;
import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Launch;
import org.kakuri.runtime.libos.trace.Supervisor;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * The supervisor of a guest: counts each call, refuses what is not offered, lets the personality say what is reached,
 * and makes the instance cross where the backend says that this is a crossing. All of it on the tracer's thread, but
 * for the counts.
 */
final class CallRouter implements Supervisor {
    private static final Decision NOT_OFFERED = new Decision.Answer(-Errno.ENOSYS);
    private static final int CLOSE = 3;
    private static final int DUP2 = 33;
    private static final int SOCKET = 41;
    private static final int CONNECT = 42;
    private static final int DUP3 = 292;
    private static final int CLOSE_RANGE = 436;
    private static final int AF_UNIX = 1;
    private static final Set<Integer> TRANSFERS = Set.of(0, 1, 17, 18, 19, 20, 40, 44, 45, 46, 47, 89, 217, 275, 295,
            296, 318, 326);
    private static final Set<Integer> NEVER_RETURN = Set.of(60, 231, 15);

    private final Personality personality;
    private final WaysOut out;
    private final Programs programs;
    private final PhaseClock clock;
    private final PathService paths;
    private final CallCounts counts = new CallCounts();
    private final Descriptors descriptors = new Descriptors();
    private final Set<Integer> served = new HashSet<>();
    private final Map<Integer, Integer> processes = new HashMap<>();
    private final HostedInstance first;
    private final Ending ending;
    private final Optional<GuestPaging> paging;
    private final Optional<CallQueues> queues;
    private TracedProcess root;

    /** Is told when the first process of the tree has ended. */
    interface Ending {
        void ended(ExitStatus status, ResourceUsage usage);
    }

    CallRouter(Personality personality, WaysOut out, Programs programs, PhaseClock clock, PathService paths,
            HostedInstance first, Optional<GuestPaging> paging, Optional<CallQueues> queues, Ending ending) {
        this.queues = queues;
        this.personality = personality;
        this.out = out;
        this.programs = programs;
        this.clock = clock;
        this.paths = paths;
        this.first = first;
        this.ending = ending;
        this.paging = paging;
    }

    CallCounts counts() {
        return counts;
    }

    /** Returns how many calls went to the host without a crossing. */
    long slots() {
        return out.slots();
    }

    @Override
    public Decision enter(Tracee tracee, TraceeCall call) {
        int pid = tracee.process().pid();
        int number = call.number();
        CallGroup group = SystemCallTable.group(number);
        if (group == CallGroup.REFUSED) {
            counts.count(number, CallCounts.Outcome.REFUSED);
            return NOT_OFFERED;
        }
        switch (number) {
        case CLOSE -> descriptors.forget(pid, (int) call.argument(0));
        case DUP2, DUP3 -> descriptors.forget(pid, (int) call.argument(1));
        case CLOSE_RANGE -> descriptors.forget(pid);
        default -> {}
        }
        if (NEVER_RETURN.contains(number)) {
            pass(tracee, number, group, Target.NONE, 0);
        }
        if (paging.isPresent() && (group == CallGroup.MEMORY || group == CallGroup.PROCESS)) {
            Optional<Decision> decided = paging.get().enter(tracee, call);
            if (decided.isPresent()) {
                return decided.get();
            }
        }
        if (group != CallGroup.PATH) {
            return Decision.FORWARD;
        }
        Decision decision = paths.decide(tracee, call);
        if (decision == Decision.FORWARD) {
            served.remove(tracee.tid());
        } else {
            served.add(tracee.tid());
        }
        return decision;
    }

    /** Births, ends and executed programs are no requests: they happen to the thread that calls. */
    @Override
    public boolean mayBegin(Tracee tracee, TraceeCall call) {
        CallGroup group = SystemCallTable.group(call.number());
        if (queues.isEmpty() || group == CallGroup.PROCESS || NEVER_RETURN.contains(call.number())) {
            return true;
        }
        Optional<IoIntent.Kind> kind = outside(call.number(), group, target(tracee, call, group));
        return kind.isEmpty() || queues.get().mayBegin(tracee, call, kind.get());
    }

    @Override
    public Optional<Tracee> admitted() {
        return queues.flatMap(CallQueues::admitted);
    }

    @Override
    public boolean holds() {
        return queues.isPresent() && queues.get().holds();
    }

    @Override
    public void idle() {
        queues.ifPresent(CallQueues::idle);
    }

    @Override
    public void gone(Tracee tracee) {
        queues.ifPresent(all -> all.gone(tracee));
    }

    @Override
    public void leave(Tracee tracee, TraceeCall call, long result) {
        queues.ifPresent(all -> all.left(tracee, result));
        int number = call.number();
        CallGroup group = SystemCallTable.group(number);
        if (group == CallGroup.REFUSED || NEVER_RETURN.contains(number)) {
            return;
        }
        paging.ifPresent(pages -> pages.left(tracee, call, result));
        if (group == CallGroup.PATH && served.remove(tracee.tid())) {
            counts.count(number, CallCounts.Outcome.SERVED);
            return;
        }
        int pid = tracee.process().pid();
        if (number == SOCKET && result >= 0 && call.argument(0) != AF_UNIX
                || number == CONNECT && result == 0 && paths.outside(tracee, call)) {
            descriptors.external(pid, (int) (number == SOCKET ? result : call.argument(0)));
        }
        pass(tracee, number, group, target(tracee, call, group),
                TRANSFERS.contains(number) && result > 0 ? result : 0);
    }

    private Target target(Tracee tracee, TraceeCall call, CallGroup group) {
        boolean onDescriptor = group == CallGroup.FD || group == CallGroup.NET || group == CallGroup.IPC;
        return onDescriptor && call.number() != SOCKET
                ? descriptors.target(tracee.process().pid(), (int) call.argument(0))
                : Target.NONE;
    }

    private void pass(Tracee tracee, int number, CallGroup group, Target target, long bytes) {
        Optional<IoIntent.Kind> kind = outside(number, group, target);
        counts.count(number, kind.isEmpty() ? CallCounts.Outcome.SERVED : CallCounts.Outcome.FORWARDED);
        kind.ifPresent(what -> out.pass(tracee.process(), what, "syscall", number, bytes));
    }

    /** Returns what a call reaches outside; empty if it is served inside. */
    private Optional<IoIntent.Kind> outside(int number, CallGroup group, Target target) {
        return target == Target.SERVED ? Optional.empty()
                : personality.route(number, group, target)
                        .filter(kind -> kind != IoIntent.Kind.INTERNAL
                                && (kind != IoIntent.Kind.CLOCK || out.crosses(IoIntent.Kind.CLOCK)));
    }

    @Override
    public void executed(Tracee tracee) {
        TracedProcess process = tracee.process();
        descriptors.forget(process.pid());
        paging.ifPresent(pages -> pages.ended(process));
        if (root == null) {
            root = process;
            descriptors.given(process.pid());
            personality.begun(process, first);
            return;
        }
        queues.ifPresent(all -> all.gone(process));
        try {
            personality.executed(process, programs.executing(process.pid()), clock);
        } catch (Refused noRoom) {
            kill(process, noRoom);
        }
    }

    @Override
    public void begins(Tracee tracee, Consumer<Launch.Preparation> injection) {
        if (paging.isEmpty()) {
            return;
        }
        try {
            injection.accept(injector -> paging.get().begins(tracee.process(), injector));
        } catch (KakuriException e) {
            System.getLogger(CallRouter.class.getName())
                    .log(System.Logger.Level.ERROR, tracee.process() + " is killed: its memory cannot be observed", e);
            Signals.killRaw(tracee.process().pid(), Signals.SIGKILL);
        }
    }

    @Override
    public void started(Tracee parent, Tracee child, Birth birth) {
        if (birth != Birth.THREAD) {
            processes.put(child.process().pid(), parent.process().pid());
            try {
                personality.forked(parent.process(), child.process(), birth, clock);
            } catch (Refused e) {
                kill(child.process(), e);
            }
        }
    }

    /** Before it does anything more. */
    private static void kill(TracedProcess process, Refused why) {
        System.getLogger(CallRouter.class.getName())
                .log(System.Logger.Level.WARNING, "{0} is killed: {1}", process, why.getMessage());
        Signals.killRaw(process.pid(), Signals.SIGKILL);
    }

    @Override
    public void ended(TracedProcess process, ExitStatus status, ResourceUsage usage) {
        processes.remove(process.pid());
        descriptors.forget(process.pid());
        paging.ifPresent(pages -> pages.ended(process));
        queues.ifPresent(all -> all.gone(process));
        try {
            personality.ended(process, clock);
        } finally {
            if (process == root) {
                ending.ended(status, usage);
            }
        }
    }
}
