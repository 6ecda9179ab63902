package org.kakuri.system.tzmediator.shadow;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kakuri.platform.linux.ProcFs;

/**
 * The descriptors this process got from the one that started it. The JVM has some of its own by the time it can look,
 * so whoever became this JVM says which were open before; its own script, closed since, may have been among them.
 */
final class InheritedDescriptors {
    private InheritedDescriptors() {}

    static List<Integer> find() {
        Map<Integer, String> open = ProcFs.descriptors((int) ProcessHandle.current().pid());
        List<String> own = Stream.concat(Stream.of(System.getProperty("java.home")),
                Arrays.stream(System.getProperty("java.class.path").split(":"))
                        .map(entry -> Path.of(entry).toAbsolutePath().normalize().toString()))
                .toList();
        return Arrays.stream(System.getProperty("kakuri.ta.descriptors", "0 1 2").strip().split(" +"))
                .map(Integer::valueOf)
                .filter(number -> open.containsKey(number))
                .filter(number -> number <= 2 || own.stream().noneMatch(open.get(number)::startsWith))
                .toList();
    }
}
