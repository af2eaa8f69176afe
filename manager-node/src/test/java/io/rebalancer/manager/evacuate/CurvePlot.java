package io.rebalancer.manager.evacuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Plots values over a range as an SVG file. The range is logarithmic; each line begins at zero and has its own unit. */
final class CurvePlot {
    private static final List<String> COLOURS = List.of("#1b6ca8", "#b5541c", "#3c7a3c", "#7a3c76");
    private static final int WIDTH = 640;
    private static final int HEIGHT = 320;
    private static final int LEFT = 56;
    private static final int RIGHT = 24;
    private static final int TOP = 84;
    private static final int BOTTOM = 48;
    private static final int LEGEND_LINE = 18;
    private static final double HEADROOM = 1.25;

    private final String name;
    private final List<Long> range;
    private final List<Line> lines = new ArrayList<>();

    private record Line(String label, List<Double> values) {}

    /** @param range at least two numbers over 0, ascending */
    CurvePlot(String name, List<Long> range) {
        this.name = name;
        this.range = range;
    }

    /** @param values one for each number of the range */
    void add(String label, List<Double> values) {
        lines.add(new Line(label, values));
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, svg());
    }

    private String svg() {
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        double max = lines.stream()
                        .flatMap(line -> line.values().stream())
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(1)
                * HEADROOM;
        appendAxes(svg, max);
        for (int i = 0; i < lines.size(); i++) {
            append(svg, lines.get(i), COLOURS.get(i % COLOURS.size()), TOP - LEGEND_LINE * (lines.size() - i), max);
        }
        return svg.append("</svg>\n").toString();
    }

    private void appendAxes(StringBuilder svg, double max) {
        int bottom = HEIGHT - BOTTOM;
        for (int i = 0; i <= 4; i++) {
            double value = max * i / 4;
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>%n",
                    LEFT,
                    y(value, max),
                    WIDTH - RIGHT,
                    LEFT - 8,
                    y(value, max) + 4,
                    value));
        }
        for (long number : range) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>%n",
                    x(number),
                    bottom + 18,
                    number));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                (WIDTH + LEFT - RIGHT) / 2,
                bottom + 38,
                name));
    }

    private void append(StringBuilder svg, Line line, String colour, int legendY, double max) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < range.size(); i++) {
            double x = x(range.get(i));
            double y = y(line.values().get(i), max);
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x, y));
            svg.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", x, y, colour));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
                        + "<path d=\"M%d %dh20\" stroke=\"%s\" stroke-width=\"2\"/><text x=\"%d\" y=\"%d\">%s</text>%n",
                path,
                colour,
                LEFT,
                legendY - 4,
                colour,
                LEFT + 28,
                legendY,
                line.label()));
    }

    private double x(long number) {
        double share = Math.log((double) number / range.get(0))
                / Math.log((double) range.get(range.size() - 1) / range.get(0));
        return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 40);
    }

    private static double y(double value, double max) {
        int bottom = HEIGHT - BOTTOM;
        return bottom - value / max * (bottom - TOP);
    }
}
