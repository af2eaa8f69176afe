package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/** Prints responses as the legacy tool does: an empty line, the manager's version, then the response (manta.md 11). */
final class LegacyOutput {
    private static final String INDENT = "  ";

    private LegacyOutput() {}

    /** Prints a response that is a text. */
    static void print(PrintWriter out, ManagerApiClient.Response response) {
        print(out, response.server(), response.body().strip());
    }

    /** Prints a response that is JSON, with sorted members. */
    static void printJson(PrintWriter out, ManagerApiClient.Response response) throws CommandFailed {
        StringBuilder text = new StringBuilder();
        append(text, ManagerApiClient.json(response), "\n");
        print(out, response.server(), text.toString());
    }

    private static void print(PrintWriter out, String server, String text) {
        out.println();
        out.println("server version: " + server);
        out.println(text);
    }

    private static void append(StringBuilder text, JsonNode node, String lineStart) {
        if (!node.isContainerNode() || node.isEmpty()) {
            text.append(node);
            return;
        }
        String inner = lineStart + INDENT;
        String separator = inner;
        text.append(node.isArray() ? '[' : '{');
        if (node.isArray()) {
            for (JsonNode element : node) {
                append(text.append(separator), element, inner);
                separator = "," + inner;
            }
        } else {
            Map<String, JsonNode> sorted = new TreeMap<>();
            node.properties().forEach(each -> sorted.put(each.getKey(), each.getValue()));
            for (Map.Entry<String, JsonNode> member : sorted.entrySet()) {
                text.append(separator)
                        .append(ManagerApiClient.JSON.getNodeFactory().textNode(member.getKey()))
                        .append(": ");
                append(text, member.getValue(), inner);
                separator = "," + inner;
            }
        }
        text.append(lineStart).append(node.isArray() ? ']' : '}');
    }
}
