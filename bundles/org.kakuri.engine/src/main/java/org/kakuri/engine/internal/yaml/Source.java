package org.kakuri.engine.internal.yaml;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Turns bytes into the nodes of one small YAML document. Nothing is constructed from it but texts, lists and maps; anchors,
 * aliases, tags and further documents are refused, and so is anything large or deep.
 */
final class Source {
    /** Most bytes of a file. */
    static final int MOST = 64 * 1024;
    private static final int DEEPEST = 8;

    private final Problems problems;

    Source(Problems problems) {
        this.problems = problems;
    }

    /** Returns the document's map; empty if it has none, which is then a problem. */
    Optional<MappingNode> read(byte[] content) {
        if (content.length > MOST) {
            problems.add(1, 1, "", "has more than " + MOST + " bytes; an experiment file describes, it holds no data");
            return Optional.empty();
        }
        Optional<String> text = decode(content).filter(this::printable);
        try {
            return text.filter(this::plain).flatMap(this::compose);
        } catch (MarkedYAMLException syntax) {
            Mark mark = syntax.getProblemMark() == null ? syntax.getContextMark() : syntax.getProblemMark();
            problems.add(mark.getLine() + 1, mark.getColumn() + 1, "", reason(syntax));
            return Optional.empty();
        }
    }

    private static String reason(MarkedYAMLException syntax) {
        String problem = syntax.getProblem();
        if (problem.contains("TAB")) {
            return "has a tab where spaces are wanted; indent with spaces";
        }
        String context = syntax.getContext();
        return "is no YAML: " + (context == null ? "" : context + ": ") + problem;
    }

    private Optional<String> decode(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer text = CharBuffer.allocate(content.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
        String read = text.flip().toString();
        if (result.isError()) {
            at(read, read.length(), "is no UTF-8; save it as UTF-8");
            return Optional.empty();
        }
        return Optional.of(read.startsWith("\uFEFF") ? read.substring(1) : read);
    }

    private boolean printable(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!StreamReader.isPrintable(text.codePointAt(i))) {
                at(text, i, "has a character that is not printed, U+%04X; remove it".formatted(text.codePointAt(i)));
                return false;
            }
        }
        return true;
    }

    private void at(String text, int index, String reason) {
        String before = text.substring(0, index);
        problems.add((int) before.chars().filter(c -> c == '\n').count() + 1, index - before.lastIndexOf('\n'), "",
                reason);
    }

    private boolean plain(String text) {
        int depth = 0;
        int documents = 0;
        for (Event event : new Yaml(new LoaderOptions()).parse(new StringReader(text))) {
            Mark mark = event.getStartMark();
            String tag = event instanceof ScalarEvent scalar ? scalar.getTag() : null;
            if (event instanceof CollectionStartEvent start) {
                depth++;
                if (depth > DEEPEST) {
                    return refuse(mark, "is nested more than " + DEEPEST + " deep");
                }
                tag = start.getTag();
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            } else if (event instanceof DocumentStartEvent && ++documents > 1) {
                return refuse(mark, "has a second document; write one experiment in one file");
            }
            if (tag != null) {
                return refuse(mark, "has a tag, " + tag + "; leave tags out");
            }
            if (event instanceof AliasEvent alias) {
                return refuse(mark, "has an alias, *" + alias.getAnchor() + "; write the value out");
            }
            if (event instanceof NodeEvent node && node.getAnchor() != null) {
                return refuse(mark, "has an anchor, &" + node.getAnchor() + "; aliases are not read");
            }
        }
        return true;
    }

    private boolean refuse(Mark mark, String reason) {
        problems.add(mark.getLine() + 1, mark.getColumn() + 1, "", reason);
        return false;
    }

    private Optional<MappingNode> compose(String text) {
        Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        if (root instanceof MappingNode map) {
            return Optional.of(map);
        }
        problems.add(1, 1, "", root == null
                ? "is empty; see README.md in the folder of experiments for an example"
                : "holds no map; begin with id: SYSTEM/NAME");
        return Optional.empty();
    }
}
