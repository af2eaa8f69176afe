package io.rebalancer.http.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.console.ConsoleFiles;
import io.rebalancer.http.contract.ContractDocument.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Requests from the examples of the contract. */
final class Examples {
    private Examples() {}

    /** The path of the operation, with the examples of its parameters and without a query. */
    static String path(Operation operation) {
        String path = operation.path();
        for (JsonNode parameter : operation.parameters()) {
            path = path.replace("{" + parameter.path("name").asText() + "}", value(parameter));
        }
        return path;
    }

    /** The path with the query parameters that have an example. */
    static String pathAndQuery(Operation operation) {
        StringBuilder query = new StringBuilder();
        for (JsonNode parameter : operation.parameters()) {
            if (parameter.path("in").asText().equals("query") && parameter.has("example")) {
                query.append(query.isEmpty() ? "?" : "&")
                        .append(parameter.path("name").asText())
                        .append('=')
                        .append(URLEncoder.encode(value(parameter), StandardCharsets.UTF_8));
            }
        }
        return path(operation) + query;
    }

    /** Of a parameter that may be repeated, the first value. The digests of the files of pages differ from build to build. */
    private static String value(JsonNode parameter) {
        JsonNode example = parameter.path("example");
        return switch (parameter.path("name").asText()) {
            case "digest" -> ContractPage.read().digest();
            case "build" -> ConsoleFiles.read().digest();
            default -> (example.isArray() ? example.path(0) : example).asText();
        };
    }

    /** The body of the operation; empty if it has none. */
    static String body(Operation operation) {
        JsonNode schema = operation.node().at("/requestBody/content/application~1json/schema");
        return schema.isMissingNode()
                ? ""
                : ContractDocument.MANAGER.resolve(schema).at("/examples/0").toString();
    }
}
