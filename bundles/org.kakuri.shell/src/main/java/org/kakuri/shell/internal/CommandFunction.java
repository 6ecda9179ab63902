package org.kakuri.shell.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.gogo.runtime.Reflective;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.tee.EventTraces;

/** One command: takes the words that every command understands, hands the others to the method. */
final class CommandFunction implements Function {
    private static final Set<String> HELP = Set.of("--help", "-h");
    private static final String JSON = "--json";
    private static final String TRACE = "--trace";
    private static final Pattern OPTION = Pattern.compile("--([a-z][a-z-]*)");

    /** Variable of sessions of Gogo's interactive shell. */
    private static final String LINE_READER = ".reader";

    private final String scope;
    private final String function;
    private final CommandSet target;
    private final Supplier<EventTraces> traces;
    private final String method;

    CommandFunction(String scope, String function, CommandSet target) {
        this(scope, function, target, () -> null);
    }

    /**
     * @param traces where events are to be had; gives null where no machine model is
     */
    CommandFunction(String scope, String function, CommandSet target, Supplier<EventTraces> traces) {
        this.traces = traces;
        this.scope = scope;
        this.function = function;
        this.target = target;
        this.method = camelCase(function);
    }

    private static String camelCase(String function) {
        String[] parts = function.split("-");
        return parts[0] + Arrays.stream(parts)
                .skip(1)
                .map(part -> Character.toUpperCase(part.charAt(0)) + part.substring(1))
                .collect(Collectors.joining());
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws Exception {
        List<Object> words = new ArrayList<>(arguments);
        int end = words.indexOf("--");
        List<Object> own = end < 0 ? words : words.subList(0, end);
        if (own.removeIf(word -> word instanceof String text && HELP.contains(text))) {
            return help();
        }
        boolean json = own.removeIf(JSON::equals);
        boolean trace = own.contains(TRACE) && !isValue(own, own.indexOf(TRACE) + 1);
        if (trace) {
            own.removeIf(TRACE::equals);
        }
        try {
            Object result = WorkingDirectory.with(session.currentDir(), () -> GuestStreams.with(session,
                    () -> trace ? invokeTraced(session, words) : invoke(session, words)));
            return json ? JsonText.of(result) : result;
        } catch (KakuriException e) {
            throw session.get(LINE_READER) == null ? e : new CommandFailed(e);
        }
    }

    String name() {
        return scope + ":" + function;
    }

    boolean belongsTo(CommandSet set) {
        return target == set;
    }

    /** Whether {@code --trace} is the command's own, with a value: what it costs instead of what happens. */
    private static boolean isValue(List<Object> words, int at) {
        return at < words.size() && words.get(at).equals("cost");
    }

    Help help() {
        return Help.of(scope, function, methods());
    }

    String description() {
        return help().description();
    }

    /** The options there are, those that every command has included. */
    List<String> options() {
        Stream<String> own = help().arguments()
                .stream()
                .map(OPTION::matcher)
                .filter(Matcher::lookingAt)
                .map(Matcher::group);
        return Stream.concat(own, Stream.of(JSON, TRACE, "--help")).distinct().toList();
    }

    /** What the next word can be; see {@link CommandSet#complete}. */
    List<String> complete(List<String> before, String word) {
        return target.complete(function, before, word);
    }

    private List<Method> methods() {
        return Arrays.stream(target.getClass().getMethods())
                .filter(candidate -> candidate.getName().equals(method))
                .toList();
    }

    private Object invokeTraced(CommandSession session, List<Object> words) throws Exception {
        EventTraces source = traces.get();
        if (source == null) {
            throw new KakuriException("there are no events to trace: no machine model is installed",
                    "start the bundle org.kakuri.tee.model");
        }
        try (var _ = new TraceOutput(source, System.err, TraceOutput.KEPT)) {
            return invoke(session, words);
        }
    }

    private Object invoke(CommandSession session, List<Object> words) throws Exception {
        for (Method candidate : methods()) {
            if (candidate.getParameterCount() == 1 && candidate.getParameterTypes()[0] == Words.class) {
                return callWithWords(candidate, words);
            }
        }
        try {
            return Reflective.invoke(session, target, method, words);
        } catch (IllegalArgumentException e) {
            if (e.getMessage() != null && e.getMessage().startsWith("Cannot coerce")) {
                throw new UsageError("%s:%s does not take %s".formatted(scope, function, words),
                        "usage: " + help().usage(), e);
            }
            throw e;
        }
    }

    private Object callWithWords(Method candidate, List<Object> words) throws Exception {
        List<String> texts = words.stream().map(String::valueOf).toList();
        WordsSyntax syntax = candidate.getParameters()[0].getAnnotation(WordsSyntax.class);
        Words parsed = Words.parse(texts, syntax == null ? Set.of() : Set.of(syntax.flags()),
                syntax != null && syntax.assignments());
        try {
            return candidate.invoke(target, parsed);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
            case Exception cause -> throw cause;
            case Error cause -> throw cause;
            default -> throw e;
            }
        }
    }
}
