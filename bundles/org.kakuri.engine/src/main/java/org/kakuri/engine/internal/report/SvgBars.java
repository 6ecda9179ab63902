package org.kakuri.engine.internal.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kakuri.api.Label;
import org.kakuri.engine.internal.report.Bars.Bar;
import org.kakuri.engine.internal.report.Bars.Series;

/**
 * Draws bars as SVG 1.1. Colours are Okabe and Ito's, which people with any colour vision tell apart. Written here because the
 * SVG back ends of the charting libraries are under the GPL or start the JDK's window toolkit.
 */
final class SvgBars {
    private static final List<String> COLOURS = List.of("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7",
            "#56B4E9", "#F0E442", "#999999");
    private static final int WIDTH = 900;
    private static final int LEFT = 78;
    private static final int RIGHT = 24;
    private static final int PLOT_TOP = 104;
    private static final int PLOT_HEIGHT = 300;
    private static final int FOOT_LINE = 14;

    private final Bars bars;
    private final StringBuilder svg = new StringBuilder();
    private final double step;
    private final double top;

    private SvgBars(Bars bars) {
        this.bars = bars;
        double most = bars.line().isPresent() ? Math.max(1, bars.greatest()) : bars.greatest();
        double drawn = most > 0 ? most : 1;
        step = step(drawn);
        top = Math.ceil(drawn * 1.05 / step) * step;
    }

    /** Returns the drawing. */
    static String draw(Bars bars) {
        return new SvgBars(bars).draw();
    }

    private String draw() {
        int height = PLOT_TOP + PLOT_HEIGHT + 62 + FOOT_LINE * bars.foot().size();
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                + "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">", WIDTH, height, WIDTH, height);
        add("<title>%s</title>", xml(bars.title()));
        patterns();
        add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
        text(LEFT, 26, 16, "start", "#000", bars.title());
        text(LEFT, 46, 12, "start", "#444", bars.subtitle());
        legend();
        axis();
        int groups = bars.groups().size();
        double slot = (double) (WIDTH - LEFT - RIGHT) / groups;
        for (int g = 0; g < groups; g++) {
            group(g, LEFT + g * slot, slot);
        }
        line();
        text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, PLOT_TOP + PLOT_HEIGHT + 38, 12, "middle", "#000", bars.xTitle());
        for (int i = 0; i < bars.foot().size(); i++) {
            text(12, PLOT_TOP + PLOT_HEIGHT + 62 + i * FOOT_LINE, 10, "start", "#555", bars.foot().get(i));
        }
        return svg.append("</svg>\n").toString();
    }

    private void patterns() {
        add("<defs>");
        for (int i = 0; i < COLOURS.size(); i++) {
            add("<pattern id=\"hatch%d\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                    + "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"white\"/>"
                    + "<rect width=\"3\" height=\"6\" fill=\"%s\"/></pattern>", i, COLOURS.get(i));
        }
        add("</defs>");
    }

    private String fill(int series) {
        int colour = series % COLOURS.size();
        return bars.series().get(series).label() == Label.MEASURED ? COLOURS.get(colour) : "url(#hatch" + colour + ")";
    }

    private void legend() {
        double x = LEFT;
        int y = 66;
        for (int i = 0; i < bars.series().size(); i++) {
            Series series = bars.series().get(i);
            String label = series.label().text();
            String name = series.name().contains(label) ? series.name() : series.name() + " (" + label + ")";
            double width = 30 + 7 * name.length();
            if (x + width > WIDTH - RIGHT && x > LEFT) {
                x = LEFT;
                y += 18;
            }
            add("<rect x=\"%s\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\" stroke=\"%s\"/>", number(x), y,
                    fill(i), COLOURS.get(i % COLOURS.size()));
            text(x + 17, y + 10, 12, "start", "#000", name);
            x += width;
        }
    }

    private void axis() {
        for (int i = 0; i * step <= top + step / 2; i++) {
            double y = y(i * step);
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\" stroke=\"%s\"/>", LEFT, WIDTH - RIGHT, number(y),
                    number(y), i == 0 ? "#000" : "#ddd");
            text(LEFT - 8, y + 4, 11, "end", "#000", Numbers.plain(i * step));
        }
        add("<text transform=\"translate(18 %d) rotate(-90)\" font-size=\"12\" text-anchor=\"middle\">%s</text>",
                PLOT_TOP + PLOT_HEIGHT / 2, xml(bars.yTitle()));
    }

    private void group(int group, double left, double slot) {
        int count = bars.series().size();
        double width = Math.min(70, slot * 0.8 / count);
        double x = left + (slot - width * count) / 2;
        for (int i = 0; i < count; i++) {
            Optional<Bar> bar = bars.series().get(i).bars().get(group);
            if (bar.isPresent()) {
                bar(bar.get(), x + i * width, width, i);
            } else {
                text(x + (i + 0.5) * width, y(0) - 4, 10, "middle", "#777", "no data");
            }
        }
        if (group % every(slot) == 0) {
            text(left + slot / 2, PLOT_TOP + PLOT_HEIGHT + 18, 12, "middle", "#000", bars.groups().get(group));
        }
    }

    /** Names that are wider than their slot would run into each other: only every so many are then written. */
    private int every(double slot) {
        int longest = bars.groups().stream().mapToInt(String::length).max().orElse(1);
        return Math.max(1, (int) Math.ceil((longest * 7.5 + 8) / slot));
    }

    private void bar(Bar bar, double x, double width, int series) {
        add("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\" stroke=\"%s\"/>", number(x),
                number(y(bar.value())), number(width * 0.9), number(y(0) - y(bar.value())), fill(series),
                COLOURS.get(series % COLOURS.size()));
        double middle = x + width * 0.45;
        double summit = bar.value();
        if (Double.isFinite(bar.low()) && Double.isFinite(bar.high())) {
            double cap = Math.min(6, width * 0.25);
            add("<path d=\"M%s %sV%sM%s %sH%sM%s %sH%s\" stroke=\"#000\" fill=\"none\"/>", number(middle),
                    number(y(bar.low())), number(y(bar.high())), number(middle - cap), number(y(bar.low())),
                    number(middle + cap), number(middle - cap), number(y(bar.high())), number(middle + cap));
            summit = Math.max(summit, bar.high());
        }
        String value = bars.line().isPresent() ? Numbers.ratio(bar.value()) : Numbers.plain(bar.value());
        if (value.length() * 6 <= width + 8) {
            text(middle, y(summit) - 4, 10, "middle", "#000", value);
        }
    }

    private void line() {
        bars.line().ifPresent(name -> {
            double y = y(1);
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\" stroke=\"#000\" stroke-dasharray=\"6 4\"/>", LEFT,
                    WIDTH - RIGHT, number(y), number(y));
            text(WIDTH - RIGHT, PLOT_TOP - 6, 11, "end", "#000", "dashed: " + name + " = 1.0");
        });
    }

    private double y(double value) {
        return PLOT_TOP + PLOT_HEIGHT * (1 - Math.min(value, top) / top);
    }

    /** Returns 1, 2 or 5 times a power of ten, so that five to ten lines reach the greatest value. */
    static double step(double most) {
        double rough = most / 6;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (rough <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private void text(double x, double y, int size, String anchor, String colour, String words) {
        if (!words.isEmpty()) {
            add("<text x=\"%s\" y=\"%s\" font-size=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>", number(x),
                    number(y), size, anchor, colour, xml(words));
        }
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replaceAll("\\p{Cntrl}", " ");
    }
}
