package org.kakuri.shell.internal;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Gogo's completions with those of our commands, which come and go: an entry is made when it is asked for. Gogo keeps
 * lists of a class of JLine, which this bundle does not import since one-shot runs have no JLine: entries are made
 * after a template, which the profile puts in under {@link #TEMPLATE}.
 */
final class Completion extends AbstractMap<Object, Object> {
    /** The key of the template: a command's name. Its argument is what the shell evaluates to have words completed. */
    static final String TEMPLATE = "kakuri:complete";

    private final Map<Object, Object> others;
    private final Function<String, CommandFunction> commands;

    /**
     * @param others what the shell knows itself
     * @param commands gives a command by its name, or null
     */
    Completion(Map<Object, Object> others, Function<String, CommandFunction> commands) {
        this.others = others;
        this.commands = commands;
    }

    @Override
    public Object get(Object name) {
        CommandFunction command = name instanceof String text ? commands.apply(text) : null;
        if (command == null || !(others.get(TEMPLATE) instanceof List<?> templates) || templates.isEmpty()) {
            return others.get(name);
        }
        Object template = templates.getFirst();
        try {
            var entry = template.getClass().getConstructor(List.class, String.class, String.class, String.class);
            Object argument = template.getClass().getField("argument").get(template);
            return List.of(entry.newInstance(null, command.description(), null, null),
                    entry.newInstance(command.options(), null, argument, null));
        } catch (ReflectiveOperationException e) {
            System.getLogger(Completion.class.getName())
                    .log(System.Logger.Level.DEBUG,
                            "this JLine makes completions in another way", e);
            return null;
        }
    }

    @Override
    public boolean containsKey(Object name) {
        return get(name) != null;
    }

    @Override
    public Object put(Object name, Object entries) {
        return others.put(name, entries);
    }

    @Override
    public Set<Entry<Object, Object>> entrySet() {
        return others.entrySet();
    }
}
