package org.kakuri.shell.internal;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;

/**
 * What {@code --help} shows.
 *
 * @param usage the command with its arguments
 * @param description what it does
 * @param arguments a line for each argument
 */
record Help(String usage, String description, List<String> arguments) implements TextView {

    static Help of(String scope, String function, List<Method> methods) {
        List<String> usages = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        StringBuilder description = new StringBuilder();
        for (Method method : methods) {
            StringBuilder usage = new StringBuilder(scope + ":" + function);
            for (Parameter parameter : method.getParameters()) {
                describe(parameter, usage, arguments);
            }
            usages.add(usage.toString());
            Descriptor descriptor = method.getAnnotation(Descriptor.class);
            if (descriptor != null && description.indexOf(descriptor.value()) < 0) {
                description.append(description.isEmpty() ? "" : " ").append(descriptor.value());
            }
        }
        return new Help(String.join("  |  ", usages), description.toString(),
                arguments.stream().distinct().toList());
    }

    private static void describe(Parameter parameter, StringBuilder usage, List<String> arguments) {
        if (parameter.getType() == CommandSession.class) {
            return;
        }
        Descriptor descriptor = parameter.getAnnotation(Descriptor.class);
        String text = descriptor == null ? "" : descriptor.value();
        var flag = parameter.getAnnotation(org.apache.felix.service.command.Parameter.class);
        if (parameter.getType() == Words.class) {
            String[] lines = text.split("\n");
            usage.append(' ').append(lines[0]);
            arguments.addAll(List.of(lines).subList(1, lines.length));
        } else if (flag != null) {
            usage.append(" [").append(flag.names()[0]).append(']');
            arguments.add("%-16s %s".formatted(String.join(", ", flag.names()), text));
        } else {
            String name = parameter.getName().toUpperCase(Locale.ROOT);
            usage.append(' ').append(name);
            arguments.add("%-16s %s".formatted(name, text));
        }
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder(description).append("\n\nusage: ").append(usage).append('\n');
        arguments.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.append("  %-16s %s%n".formatted("--json", "print one JSON document"))
                .append("  %-16s %s%n".formatted("--trace",
                        "print architectural events as they happen, to standard error"))
                .append("  %-16s %s".formatted("--help", "print this"))
                .toString();
    }
}
