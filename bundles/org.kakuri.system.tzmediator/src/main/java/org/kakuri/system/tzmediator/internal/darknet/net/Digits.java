package org.kakuri.system.tzmediator.internal.darknet.net;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Digits of our own: each is drawn with a pen along a few strokes and distorted by chance. The same seed gives the same bits
 * everywhere: only {@link StrictMath}, and a random generator whose sequence is specified.
 */
public final class Digits {
    private static final int SIDE = 28;
    private static final double ARC_STEP = Math.PI / 10;

    private final SplittableRandom random;

    /** Begins a sequence. */
    public Digits(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /**
     * A picture of a digit.
     *
     * @param label which
     * @param pixels 28 rows of 28, 0 is background, 1 is ink, in steps of 1/255; not copied
     */
    public record Digit(int label, float[] pixels) {}

    /** A point; x to the right, y down, the digit between 0 and 1. */
    private record Point(double x, double y) {}

    /** Returns digits, each of the ten as often as any other. */
    public List<Digit> take(int count) {
        List<Digit> digits = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            digits.add(draw(i % LeNet.CLASSES));
        }
        return digits;
    }

    private Digit draw(int label) {
        List<List<Point>> strokes = bent(moved(strokes(label)));
        double radius = between(0.75, 1.7);
        double ink = between(0.75, 1);
        float[] pixels = new float[LeNet.INPUT];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double distance = Double.MAX_VALUE;
                for (List<Point> stroke : strokes) {
                    for (int i = 1; i < stroke.size(); i++) {
                        distance = Math.min(distance, distance(x, y, stroke.get(i - 1), stroke.get(i)));
                    }
                }
                double value = ink * Math.clamp(radius + 0.5 - distance, 0, 1) + between(-0.08, 0.08);
                pixels[y * SIDE + x] = StrictMath.round(255 * Math.clamp(value, 0, 1)) / 255f;
            }
        }
        return new Digit(label, pixels);
    }

    private double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    private boolean sometimes() {
        return random.nextInt(2) == 0;
    }

    /** Turns, slants, stretches and shifts; the result is in pixels. */
    private List<List<Point>> moved(List<List<Point>> strokes) {
        double angle = between(-0.3, 0.3);
        double slant = between(-0.35, 0.35);
        double width = between(11, 20);
        double height = between(15, 22);
        double right = between(-2.5, 2.5) + (SIDE - 1) / 2.0;
        double down = between(-2.5, 2.5) + (SIDE - 1) / 2.0;
        double sin = StrictMath.sin(angle);
        double cos = StrictMath.cos(angle);
        return strokes.stream().map(stroke -> stroke.stream().map(p -> {
            double x = (p.x - 0.5) * width - slant * (p.y - 0.5) * height;
            double y = (p.y - 0.5) * height;
            return new Point(right + x * cos - y * sin, down + x * sin + y * cos);
        }).toList()).toList();
    }

    /** Bends by two slow waves, so that straight strokes become as crooked as by hand. */
    private List<List<Point>> bent(List<List<Point>> strokes) {
        double strength = between(0, 1.6);
        double alongX = between(0, 2 * Math.PI);
        double alongY = between(0, 2 * Math.PI);
        double speed = between(0.15, 0.4);
        return strokes.stream()
                .map(stroke -> stroke.stream()
                        .map(p -> new Point(p.x + strength * StrictMath.sin(speed * p.y + alongX),
                                p.y + strength * StrictMath.sin(speed * p.x + alongY)))
                        .toList())
                .toList();
    }

    /** From the middle of a pixel to a line between two points, in pixels. */
    private static double distance(double x, double y, Point a, Point b) {
        double dx = b.x - a.x;
        double dy = b.y - a.y;
        double length = dx * dx + dy * dy;
        double at = length == 0 ? 0 : Math.clamp(((x - a.x) * dx + (y - a.y) * dy) / length, 0, 1);
        double ex = x - a.x - at * dx;
        double ey = y - a.y - at * dy;
        return Math.sqrt(ex * ex + ey * ey);
    }

    private List<List<Point>> strokes(int label) {
        return switch (label) {
        case 0 -> List.of(arc(0.5, 0.5, between(0.25, 0.42), 0.45, 0, 360));
        case 1 -> one();
        case 2 -> List.of(join(List.of(arc(0.5, 0.3, 0.32, 0.25, 170, 395), line(0.15, 0.95), line(0.85, 0.95))));
        case 3 -> List.of(join(List.of(arc(0.45, 0.28, 0.3, 0.23, 200, 440), arc(0.45, 0.72, 0.35, 0.25, -80, 150))));
        case 4 -> four();
        case 5 -> List.of(join(List.of(line(0.8, 0.05), line(0.28, 0.05), line(0.24, 0.45),
                arc(0.47, 0.68, 0.34, 0.28, -130, 140))));
        case 6 -> List.of(join(List.of(line(0.7, 0.05), arc(0.55, 0.6, 0.38, 0.38, 215, 180),
                arc(0.5, 0.7, 0.3, between(0.2, 0.27), 180, 540))));
        case 7 -> seven();
        case 8 -> List.of(arc(0.5, 0.28, between(0.2, 0.28), 0.22, 0, 360),
                arc(0.5, 0.72, between(0.25, 0.34), 0.24, 0, 360));
        case 9 -> List.of(join(List.of(arc(0.5, 0.3, 0.3, between(0.2, 0.27), 0, 360), line(0.78, 0.45),
                sometimes() ? line(0.7, 0.95) : arc(0.5, 0.68, 0.29, 0.27, 0, 120))));
        default -> throw new IllegalArgumentException("no digit: " + label);
        };
    }

    private List<List<Point>> one() {
        List<List<Point>> strokes = new ArrayList<>();
        strokes.add(sometimes() ? join(List.of(line(0.3, between(0.2, 0.35)), line(0.52, 0.05), line(0.5, 0.95)))
                : join(List.of(line(0.5, 0.05), line(0.5, 0.95))));
        if (random.nextInt(4) == 0) {
            strokes.add(join(List.of(line(0.3, 0.95), line(0.7, 0.95))));
        }
        return strokes;
    }

    private List<List<Point>> four() {
        return sometimes()
                ? List.of(join(List.of(line(0.6, 0.05), line(0.1, 0.62), line(0.9, 0.62))),
                        join(List.of(line(0.65, 0.35), line(0.62, 0.95))))
                : List.of(join(List.of(line(0.25, 0.05), line(0.18, 0.5), line(0.85, 0.5))),
                        join(List.of(line(0.75, 0.1), line(0.7, 0.95))));
    }

    private List<List<Point>> seven() {
        List<List<Point>> strokes = new ArrayList<>();
        strokes.add(join(List.of(line(0.15, 0.08), line(0.85, 0.08), line(between(0.3, 0.5), 0.95))));
        if (sometimes()) {
            strokes.add(join(List.of(line(0.35, 0.5), line(0.8, 0.5))));
        }
        return strokes;
    }

    private static List<Point> line(double x, double y) {
        return List.of(new Point(x, y));
    }

    /** Part of an ellipse; degrees from the right, clockwise. */
    private static List<Point> arc(double x, double y, double rx, double ry, double from, double to) {
        double begin = from * Math.PI / 180;
        double sweep = (to - from) * Math.PI / 180;
        int steps = (int) Math.max(2, Math.ceil(Math.abs(sweep) / ARC_STEP));
        List<Point> points = new ArrayList<>();
        for (int i = 0; i <= steps; i++) {
            double angle = begin + sweep * i / steps;
            points.add(new Point(x + rx * StrictMath.cos(angle), y + ry * StrictMath.sin(angle)));
        }
        return points;
    }

    private static List<Point> join(List<List<Point>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }
}
