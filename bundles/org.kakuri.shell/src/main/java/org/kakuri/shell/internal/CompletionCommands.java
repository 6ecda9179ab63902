package org.kakuri.shell.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the profile of the interactive shell sets completion up with. */
@Component(service = CompletionCommands.class, property = {CommandProcessor.COMMAND_SCOPE + "=kakuri",
    CommandProcessor.COMMAND_FUNCTION + "=complete", CommandProcessor.COMMAND_FUNCTION + "=completions"})
public final class CompletionCommands {
    private final CommandPublisher publisher;
    private final Workbench workbench;

    /** Takes where commands are published, and what names them. */
    @Activate
    public CompletionCommands(@Reference CommandPublisher publisher, @Reference Workbench workbench) {
        this.publisher = publisher;
        this.workbench = workbench;
    }

    /** Wraps the shell's own completions. */
    @Descriptor("Adds the completions of Kakuri's commands to those of the shell.")
    public Map<Object, Object> completions(Map<Object, Object> others) {
        return new Completion(others, name -> publisher.command(name).orElse(null));
    }

    /**
     * Returns what a word can be.
     *
     * @param words the whole line
     * @param index which word is typed
     */
    @Descriptor("Lists what the word at INDEX can be.")
    public List<String> complete(List<String> words, int index) {
        Optional<CommandFunction> command = publisher.command(words.getFirst());
        if (command.isEmpty() || index < 1 || index > words.size()) {
            return List.of();
        }
        String word = index < words.size() ? words.get(index) : "";
        List<String> before = words.subList(1, index);
        String option = before.isEmpty() ? "" : before.getLast();
        try {
            return switch (option) {
            case "--tee" -> workbench.backends().stream().map(BackendInfo::name).toList();
            case "--runtime" -> workbench.runtimes().stream().map(RuntimeInfo::name).toList();
            default -> command.get().complete(before, word);
            };
        } catch (KakuriException nothingToOffer) {
            return List.of();
        }
    }
}
