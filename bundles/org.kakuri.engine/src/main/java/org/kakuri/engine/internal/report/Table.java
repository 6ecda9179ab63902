package org.kakuri.engine.internal.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, aligned. A cell that makes its row too wide is cut and ends with an ellipsis. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();
    private final boolean[] right;
    private final int[] most;

    /**
     * @param format for each column {@code <} or {@code >} for its alignment
     * @param most greatest width of each column
     */
    Table(String format, int... most) {
        right = new boolean[format.length()];
        for (int i = 0; i < right.length; i++) {
            right[i] = format.charAt(i) == '>';
        }
        this.most = most;
    }

    void row(String... cells) {
        rows.add(cells);
    }

    /** Returns the lines, each after the indent. */
    String text(String indent) {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], Math.min(most[i], row[i].length()));
            }
        }
        var text = new StringBuilder();
        for (String[] row : rows) {
            var line = new StringBuilder(indent);
            for (int i = 0; i < row.length; i++) {
                String cell = cut(row[i], widths[i]);
                String space = " ".repeat(widths[i] - cell.length());
                line.append(i == 0 ? "" : "  ").append(right[i] ? space + cell : cell + space);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    /** Breaks a text at spaces. */
    static List<String> wrap(String text, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : Arrays.asList(text.split(" "))) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
