package org.kakuri.system.scwatcher.internal.proc;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.GuestTask.GuestThread;
import org.kakuri.api.vm.GuestTask.TaskMemory;
import org.kakuri.api.vm.GuestTask.TaskOwner;
import org.kakuri.api.vm.GuestTask.TaskSchedule;
import org.kakuri.api.vm.GuestTask.TaskTimes;

/** Files of /proc/PID (Linux, Documentation/filesystems/proc.rst; fs/proc/array.c). */
final class TaskText {
    private static final long TICK = 10_000_000;
    private static final long NO_LIMIT = -1;

    private TaskText() {}

    static Optional<String> file(String name, GuestTask task, Moment moment) {
        return switch (name) {
        case "stat" -> Optional.of(stat(task));
        case "status" -> Optional.of(status(task));
        case "statm" -> Optional.of(statm(task.memory()));
        case "comm" -> Optional.of(task.name() + "\n");
        case "mounts" -> Optional.of(SystemText.mounts(moment));
        case "mountinfo" -> Optional.of(SystemText.mountInfo(moment));
        case "maps" -> Optional.of("");
        case "limits" ->
            Optional.of("Limit                     Soft Limit           Hard Limit           Units     \n");
        case "loginuid" -> Optional.of("4294967295");
        case "oom_score" -> Optional.of("0\n");
        case "wchan" -> Optional.of("0");
        default -> Optional.empty();
        };
    }

    /** What a reader that is no process of the guest finds of itself. */
    static GuestTask visitor(int pid, Moment moment) {
        List<Integer> root = List.of(0, 0, 0, 0);
        return new GuestTask(0, pid, 1, "kakuri", 'R', 0, new GuestTask.TaskIds(pid, pid, 0, -1),
                new TaskOwner(root, root, List.of(), 0, 0, 0, 0, 0),
                new TaskTimes(moment.totals().uptime(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                new TaskSchedule(20, 0, 0, 0, 0, 17), new GuestTask.TaskSignals(0, 0, 0, 0, 0), TaskMemory.NONE,
                List.of(new GuestThread(pid, "kakuri", 'R', 0, 0)), false, false);
    }

    static GuestTask ofThread(GuestTask task, GuestThread thread) {
        TaskTimes times = task.times();
        TaskTimes own = new TaskTimes(times.start(), thread.user(), thread.system(), 0, 0, 0, 0, 0, 0, 0, 0);
        return new GuestTask(task.address(), thread.tid(), task.parent(), thread.name(), thread.state(), task.flags(),
                task.ids(), task.owner(), own, task.schedule(), task.signals(), task.memory(), task.threads(),
                task.listed(), task.numbered());
    }

    private static String stat(GuestTask task) {
        TaskTimes times = task.times();
        TaskSchedule schedule = task.schedule();
        TaskMemory memory = task.memory();
        Object[] fields = {task.pid(), "(" + task.name() + ")", task.state(), task.parent(), task.ids().group(),
            task.ids().session(), task.ids().tty(), task.ids().ttyGroup(), Integer.toUnsignedLong(task.flags()),
            times.minorFaults(), times.childMinorFaults(), times.majorFaults(), times.childMajorFaults(),
            times.user() / TICK, times.system() / TICK, times.childUser() / TICK, times.childSystem() / TICK,
            schedule.priority(), schedule.nice(), task.threads().size(), 0, times.start() / TICK, memory.total() << 12,
            memory.resident(), Long.toUnsignedString(NO_LIMIT), memory.startCode(), memory.endCode(),
            memory.startStack(), 0, 0, low(task.signals().pending()), low(task.signals().blocked()),
            low(task.signals().ignored()), low(task.signals().caught()), task.state() == 'R' ? 0 : 1, 0, 0,
            schedule.exitSignal(),
            schedule.cpu(), schedule.realtime(), schedule.policy(), 0, 0, 0, 0, 0, 0, memory.arguments(),
            memory.argumentsEnd(), memory.environment(), memory.environmentEnd(), 0};
        StringBuilder line = new StringBuilder();
        for (Object field : fields) {
            line.append(line.isEmpty() ? "" : " ").append(field);
        }
        return line.append('\n').toString();
    }

    private static long low(long mask) {
        return mask & 0x7fffffff;
    }

    private static String statm(TaskMemory memory) {
        return "%d %d %d %d 0 %d 0%n".formatted(memory.total(), memory.resident(), memory.file() + memory.shared(),
                memory.space() == 0 ? 0 : (memory.endCode() + 0xfff >> 12) - (memory.startCode() >> 12),
                memory.data() + memory.stack());
    }

    private static String status(GuestTask task) {
        TaskOwner owner = task.owner();
        StringBuilder text = new StringBuilder();
        line(text, "Name", task.name());
        line(text, "Umask", "0022");
        line(text, "State", task.state() + " (" + word(task.state()) + ")");
        line(text, "Tgid", task.pid());
        line(text, "Ngid", 0);
        line(text, "Pid", task.pid());
        line(text, "PPid", task.parent());
        line(text, "TracerPid", 0);
        line(text, "Uid", numbers(owner.uids()));
        line(text, "Gid", numbers(owner.gids()));
        line(text, "FDSize", 64);
        line(text, "Groups",
                owner.groups().stream().map(Integer::toUnsignedString).collect(Collectors.joining(" ")) + " ");
        line(text, "NStgid", task.pid());
        line(text, "NSpid", task.pid());
        line(text, "NSpgid", task.ids().group());
        line(text, "NSsid", task.ids().session());
        memory(text, task.memory());
        line(text, "Threads", task.threads().size());
        line(text, "SigQ", "0/0");
        mask(text, "SigPnd", task.signals().pending());
        mask(text, "ShdPnd", task.signals().sharedPending());
        mask(text, "SigBlk", task.signals().blocked());
        mask(text, "SigIgn", task.signals().ignored());
        mask(text, "SigCgt", task.signals().caught());
        mask(text, "CapInh", owner.inheritable());
        mask(text, "CapPrm", owner.permitted());
        mask(text, "CapEff", owner.effective());
        mask(text, "CapBnd", owner.bounding());
        mask(text, "CapAmb", owner.ambient());
        line(text, "voluntary_ctxt_switches", task.times().voluntarySwitches());
        line(text, "nonvoluntary_ctxt_switches", task.times().forcedSwitches());
        return text.toString();
    }

    private static void memory(StringBuilder text, TaskMemory memory) {
        if (memory.space() == 0) {
            return;
        }
        pages(text, "VmPeak", memory.peak());
        pages(text, "VmSize", memory.total());
        pages(text, "VmLck", memory.locked());
        pages(text, "VmHWM", memory.peakResident());
        pages(text, "VmRSS", memory.resident());
        pages(text, "RssAnon", memory.anonymous());
        pages(text, "RssFile", memory.file());
        pages(text, "RssShmem", memory.shared());
        pages(text, "VmData", memory.data());
        pages(text, "VmStk", memory.stack());
    }

    private static void pages(StringBuilder text, String name, long pages) {
        text.append("%s:\t%8d kB%n".formatted(name, pages * 4));
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(":\t").append(value).append('\n');
    }

    private static void mask(StringBuilder text, String name, long mask) {
        text.append("%s:\t%016x%n".formatted(name, mask));
    }

    private static String numbers(List<Integer> ids) {
        return ids.stream().map(Integer::toUnsignedString).collect(Collectors.joining("\t"));
    }

    private static String word(char state) {
        return switch (state) {
        case 'R' -> "running";
        case 'S' -> "sleeping";
        case 'D' -> "disk sleep";
        case 'T' -> "stopped";
        case 't' -> "tracing stop";
        case 'X' -> "dead";
        case 'Z' -> "zombie";
        case 'P' -> "parked";
        default -> "idle";
        };
    }
}
