package org.kakuri.system.tzmediator.shadow;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.platform.linux.ring.CallPageLayout;

/**
 * A TA to start, as the CA asked for it.
 *
 * @param version
 *            of the protocol
 * @param name
 *            of the TA, or the path of its module
 * @param directory
 *            the CA's working directory
 * @param signals
 *            what the TA inherits of signals
 * @param signals
 *            what the TA inherits of them
 * @param argv
 *            the TA's arguments, its name first
 * @param env
 *            the TA's environment
 * @param descriptors
 *            numbers of the open descriptors the TA inherits
 */
public record Launch(String version, String name, String directory, Signals signals, List<String> argv,
        Map<String, String> env,
        List<Integer> descriptors) {
    /** Version of the protocol alone: what a start program says, whose shadow is the workbench's own. */
    static final String POOLED_VERSION = "2";
    /** Version of the protocol and of the call page; a workbench refuses another one's. */
    public static final String VERSION = POOLED_VERSION + "." + CallPageLayout.VERSION_VALUE;

    /** Copies the collections. */
    public Launch {
        argv = List.copyOf(argv);
        env = Map.copyOf(env);
        descriptors = List.copyOf(descriptors);
    }

    /**
     * Signals that a program inherits from the one that starts it, as the kernel's masks: bit {@code signal - 1}.
     *
     * @param masked
     *            blocked
     * @param ignored
     *            ignored
     */
    public record Signals(long masked, long ignored) {
        /** None. */
        public static final Signals NONE = new Signals(0, 0);
        static final int WORDS = 2;

        /** Reads two hexadecimal words, as {@code /proc/PID/status} writes masks. */
        static Signals of(List<String> words) {
            if (words.size() != WORDS || !words.stream().allMatch(word -> word.matches("[0-9a-f]{1,16}"))) {
                throw new IllegalArgumentException("not two masks of signals: " + words);
            }
            return new Signals(Long.parseUnsignedLong(words.getFirst(), 16),
                    Long.parseUnsignedLong(words.getLast(), 16));
        }

        /** Returns two hexadecimal words. */
        public List<String> words() {
            return List.of(Long.toHexString(masked), Long.toHexString(ignored));
        }
    }

    /** Returns it as words of a frame: single ones first, then three lists, each after its length. */
    public List<String> words() {
        List<String> words = new ArrayList<>(List.of(version, name, directory));
        words.addAll(signals.words());
        words.add("" + argv.size());
        words.addAll(argv);
        words.add("" + env.size());
        env.forEach((key, value) -> words.add(key + "=" + value));
        words.add("" + descriptors.size());
        descriptors.forEach(number -> words.add("" + number));
        return words;
    }

    /**
     * Reads the words of a frame.
     *
     * @throws IllegalArgumentException
     *             if they are not those of a launch
     */
    public static Launch of(List<String> words) {
        Iterator<String> rest = words.iterator();
        String version = next(rest);
        if (!version.equals(VERSION) && !version.equals(POOLED_VERSION)) {
            throw new IllegalArgumentException(
                    "kakuri-ta speaks version %s, the workbench that runs %s: it is of another build; end it with wb:stop"
                            .formatted(version, VERSION));
        }
        String name = next(rest);
        String directory = next(rest);
        Signals signals = Signals.of(List.of(next(rest), next(rest)));
        List<String> argv = list(rest);
        Map<String, String> env = new LinkedHashMap<>();
        for (String variable : list(rest)) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                env.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        List<Integer> descriptors = list(rest).stream().map(Launch::number).distinct().toList();
        if (argv.isEmpty() || rest.hasNext()) {
            throw new IllegalArgumentException("not a launch: argv=" + argv + ", more=" + rest.hasNext());
        }
        return new Launch(version, name, directory, signals, argv, env, descriptors);
    }

    private static List<String> list(Iterator<String> rest) {
        int length = number(next(rest));
        List<String> list = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            list.add(next(rest));
        }
        return list;
    }

    private static String next(Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("a launch was cut");
        }
        return rest.next();
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,7}")) {
            throw new IllegalArgumentException("not a number in a launch: " + text);
        }
        return Integer.parseInt(text);
    }
}
