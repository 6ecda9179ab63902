package org.kakuri.shell.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.command.Foreground;
import org.kakuri.api.command.Words;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Programs with the standard streams of whoever typed the command. */
@Component
public final class ForegroundRuns implements Foreground {
    private static final long A_DAY = 24 * 3600;

    private final Workbench workbench;
    private final CostProfiles profiles;

    /** Takes what runs programs and prices their events. */
    @Activate
    public ForegroundRuns(@Reference Workbench workbench, @Reference CostProfiles profiles) {
        this.workbench = workbench;
        this.profiles = profiles;
    }

    @Override
    public GuestRun run(String runtime, RuntimeImage image, Command command, Words words, Map<String, String> options) {
        var environment = new LinkedHashMap<>(command.env());
        environment.putAll(RtCommands.pairs(words.value("env"), '=', "--env NAME=VALUE"));
        var runner = new GuestRunner(workbench, profiles, workbench.runtime(runtime), image, words, options);
        try (var streams = GuestStreams.open()) {
            var descriptors = new ArrayList<>(command.descriptors());
            descriptors.addAll(streams.descriptors());
            return runner.execute(new Command(command.argv(), environment, descriptors, command.folders()),
                    Deadline.inSeconds(words.number("timeout").orElse(A_DAY)));
        }
    }
}
