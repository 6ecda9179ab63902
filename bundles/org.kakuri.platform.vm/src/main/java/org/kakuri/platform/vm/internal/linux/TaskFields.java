package org.kakuri.platform.vm.internal.linux;

import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Where the fields of a task and of what hangs on it lie. */
final class TaskFields {
    final int tasks;
    final int threadNode;
    final int pidLinks;
    final int comm;
    final Field tgid;
    final Field pid;
    final Field flags;
    final Field state;
    final Field exitState;
    final Field realParent;
    final Field startBoottime;
    final Field prio;
    final Field staticPrio;
    final Field policy;
    final Field realtime;
    final Field worker;
    final Field signal;
    final Field sighand;
    final Field mm;
    final Field cred;
    final Field utime;
    final Field stime;
    final Field runtime;
    final Field minorFaults;
    final Field majorFaults;
    final Field voluntary;
    final Field forced;
    final Field exitSignal;
    final Field cpu;
    final Field pending;
    final Field blocked;
    final Field fs;
    final Field files;
    final Field nsproxy;
    final Field mmField;

    final Field signalUtime;
    final Field signalStime;
    final Field signalRuntime;
    final Field signalChildUtime;
    final Field signalChildStime;
    final Field signalMinor;
    final Field signalMajor;
    final Field signalChildMinor;
    final Field signalChildMajor;
    final Field previousUtime;
    final Field previousStime;
    final Field threadCount;
    final int threadHead;
    final int pids;
    final Field tty;
    final Field sharedPending;
    final int upid;

    final Field ttyDriver;
    final Field ttyIndex;
    final Field ttyGroup;
    final Field driverMajor;
    final Field driverMinor;

    final int action;
    final int actions;
    final int actionBytes;
    final int handler;

    final Field kthreadData;
    final Field kthreadName;
    final Field workerPool;
    final Field workerCurrent;
    final int workerDescription;
    final int workerDescriptionBytes;

    TaskFields(KernelModel model) {
        Struct task = Struct.of(model, "task_struct");
        tasks = task.offset("tasks");
        threadNode = task.offset("thread_node");
        pidLinks = task.offset("pid_links");
        comm = task.offset("comm");
        tgid = task.field("tgid");
        pid = task.field("pid");
        flags = task.field("flags");
        state = task.field("__state");
        exitState = task.field("exit_state");
        realParent = task.field("real_parent");
        startBoottime = task.field("start_boottime");
        prio = task.field("prio");
        staticPrio = task.field("static_prio");
        policy = task.field("policy");
        realtime = task.field("rt_priority");
        worker = task.field("worker_private");
        signal = task.field("signal");
        sighand = task.field("sighand");
        mm = task.field("mm");
        mmField = mm;
        cred = task.field("real_cred");
        utime = task.field("utime");
        stime = task.field("stime");
        runtime = task.field("se.sum_exec_runtime");
        minorFaults = task.field("min_flt");
        majorFaults = task.field("maj_flt");
        voluntary = task.field("nvcsw");
        forced = task.field("nivcsw");
        exitSignal = task.field("exit_signal");
        cpu = task.field("thread_info.cpu");
        pending = task.field("pending.signal");
        blocked = task.field("blocked");
        fs = task.field("fs");
        files = task.field("files");
        nsproxy = task.field("nsproxy");

        Struct group = Struct.of(model, "signal_struct");
        signalUtime = group.field("utime");
        signalStime = group.field("stime");
        signalRuntime = group.field("sum_sched_runtime");
        signalChildUtime = group.field("cutime");
        signalChildStime = group.field("cstime");
        signalMinor = group.field("min_flt");
        signalMajor = group.field("maj_flt");
        signalChildMinor = group.field("cmin_flt");
        signalChildMajor = group.field("cmaj_flt");
        previousUtime = group.field("prev_cputime.utime");
        previousStime = group.field("prev_cputime.stime");
        threadCount = group.field("nr_threads");
        threadHead = group.offset("thread_head");
        pids = group.offset("pids");
        tty = group.field("tty");
        sharedPending = group.field("shared_pending.signal");
        upid = Struct.of(model, "pid").offset("numbers") + Struct.of(model, "upid").offset("nr");

        Struct terminal = Struct.of(model, "tty_struct");
        ttyDriver = terminal.field("driver");
        ttyIndex = terminal.field("index");
        ttyGroup = terminal.field(terminal.has("ctrl.pgrp") ? "ctrl.pgrp" : "pgrp");
        Struct driver = Struct.of(model, "tty_driver");
        driverMajor = driver.field("major");
        driverMinor = driver.field("minor_start");

        Struct hand = Struct.of(model, "sighand_struct");
        action = hand.offset("action");
        actions = hand.length("action");
        actionBytes = hand.bytes("action") / actions;
        handler = Struct.of(model, "k_sigaction").offset("sa.sa_handler");

        Struct kthread = Struct.of(model, "kthread");
        kthreadData = kthread.field("data");
        kthreadName = kthread.field("full_name");
        Struct work = Struct.of(model, "worker");
        workerPool = work.field("pool");
        workerCurrent = work.field("current_work");
        workerDescription = work.offset("desc");
        workerDescriptionBytes = work.bytes("desc");
    }
}
