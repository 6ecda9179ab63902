package org.kakuri.engine.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Label;
import org.kakuri.engine.internal.report.Bars.Bar;
import org.kakuri.engine.internal.report.Bars.Series;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

@Timeout(60)
class SvgBarsTest {
    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document document) {
        var nodes = document.getElementsByTagName("text");
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> nodes.item(i).getTextContent()).toList();
    }

    /** Bars that stand on the axis: 300 is the plot's height, which the greatest step of the axis fills. */
    private static List<Double> heights(Document document) {
        var nodes = document.getElementsByTagName("rect");
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .filter(rect -> rect.hasAttribute("y") && !rect.getAttribute("height").equals("12"))
                .map(rect -> Double.parseDouble(rect.getAttribute("height")))
                .toList();
    }

    @Test
    void drawsBarsInProportionWithWhiskersLineAndFoot() throws Exception {
        var bars = new Bars("A <title> & more", "sub", "size", "ratio", List.of("1", "64"),
                List.of(new Series("polling", Label.MEASURED,
                        List.of(Optional.of(new Bar(1.5, 1.4, 1.6)), Optional.of(new Bar(0.75, 0.7, 0.8)))),
                        new Series("rpc", Label.INJECTED,
                                List.of(Optional.of(new Bar(2.25, Double.NaN, Double.NaN)), Optional.empty()))),
                Optional.of("direct"), List.of("first line", "second line"));
        Document svg = parse(SvgBars.draw(bars));

        List<Double> heights = heights(svg);
        assertEquals(3, heights.size());
        assertEquals(180, heights.get(0), "1.5 of 2.5");
        assertEquals(270, heights.get(1), "2.25 of 2.5");
        assertEquals(90, heights.get(2), "0.75 of 2.5");
        assertTrue(texts(svg).containsAll(List.of("A <title> & more", "polling (measured)", "rpc (injected)",
                "dashed: direct = 1.0", "no data", "1.50", "2.25", "first line", "second line", "size", "ratio")),
                texts(svg).toString());
        assertEquals(2, IntStream.range(0, svg.getElementsByTagName("path").getLength()).count(), "two whiskers");
        var rects = svg.getElementsByTagName("rect");
        assertTrue(IntStream.range(0, rects.getLength())
                .anyMatch(i -> ((Element) rects.item(i)).getAttribute("fill").equals("url(#hatch1)")),
                "injected bars are hatched");
    }

    @Test
    void drawsNothingButZeros() throws Exception {
        var bars = new Bars("t", "", "", "", List.of(""),
                List.of(new Series("a", Label.MEASURED, List.of(Optional.of(new Bar(0, 0, 0))))), Optional.empty(),
                List.of());

        assertEquals(List.of(0.0), heights(parse(SvgBars.draw(bars))));
    }

    @Test
    void keepsNamesOfManyGroupsApart() throws Exception {
        List<String> groups = IntStream.range(0, 100).mapToObj(i -> "group" + i).toList();
        var bars = new Bars("t", "", "", "", groups, List.of(new Series("a", Label.MEASURED,
                groups.stream().map(group -> Optional.of(new Bar(1, 1, 1))).toList())), Optional.empty(), List.of());
        long names = texts(parse(SvgBars.draw(bars))).stream().filter(text -> text.startsWith("group")).count();

        assertTrue(names >= 8 && names <= 14, "names=" + names);
    }

    @Test
    void choosesRoundSteps() {
        assertEquals(0.5, SvgBars.step(2.4));
        assertEquals(1, SvgBars.step(6));
        assertEquals(2, SvgBars.step(7));
        assertEquals(5000, SvgBars.step(20000));
    }
}
