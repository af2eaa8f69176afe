package io.rebalancer.http.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.rebalancer.http.contract.ContractDocument.Operation;
import io.rebalancer.http.contract.ContractDocument.Part;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether the responses of a manager are as its contract documents: operation, status, headers, media type and schema. */
public final class ContractCheck {
    private static final String BASE = "https://rebalancer.invalid/openapi.json";
    private static final ContractDocument DOCUMENT = ContractDocument.MANAGER;
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDialect(
            Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(BASE, DOCUMENT.text())));
    /** Of every response; no operation documents them. */
    private static final Set<String> ORDINARY_HEADERS = Set.of(
            "server",
            "date",
            "content-type",
            "content-length",
            "transfer-encoding",
            "connection",
            "content-security-policy",
            "cross-origin-resource-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options");
    /** Of requests that do not reach a route. */
    private static final Map<Integer, String> REFUSALS =
            Map.of(401, "Unauthorized", 403, "Forbidden", 415, "UnsupportedMediaType", 421, "Misdirected");

    private static final String JOBS = "/api/v1/jobs/";

    private ContractCheck() {}

    /**
     * A response.
     *
     * @param path of the request, without its query
     * @param headers by name in lower case
     */
    record Answer(String method, String path, int status, Map<String, String> headers, String body) {
        String mediaType() {
            return headers.getOrDefault("content-type", "")
                    .replaceAll(";.*", "")
                    .strip()
                    .toLowerCase(Locale.ROOT);
        }
    }

    /** @throws AssertionError if the response is not documented */
    public static void verify(HttpResponse<String> response) {
        Map<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        verify(new Answer(
                response.request().method(),
                response.uri().getPath(),
                response.statusCode(),
                headers,
                response.body()));
    }

    /**
     * Verifies a response whose body is ASCII and not chunked.
     *
     * @param text of the whole response
     * @throws AssertionError if the response is not documented
     */
    public static void verify(String method, String pathAndQuery, String text) {
        String[] parts = text.split("\r\n\r\n", 2);
        String[] head = parts[0].split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int line = 1; line < head.length; line++) {
            String[] header = head[line].split(": ", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
        }
        int status = Integer.parseInt(head[0].split(" ")[1]);
        String body = parts[1].substring(0, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        verify(new Answer(method, URI.create(pathAndQuery).getPath(), status, headers, body));
    }

    static void verify(Answer answer) {
        List<String> faults = faults(answer);
        if (!faults.isEmpty()) {
            throw new AssertionError("the contract (openapi.yaml) does not document this response to " + answer.method()
                    + " " + answer.path() + ":\n  " + String.join("\n  ", faults) + "\nstatus " + answer.status()
                    + ", headers " + answer.headers() + ", body: " + excerpt(answer.body()));
        }
    }

    private static String excerpt(String body) {
        return body.length() > 2000 ? body.substring(0, 2000) + "..." : body;
    }

    /** What the contract does not document; empty if it documents the response. */
    static List<String> faults(Answer answer) {
        List<Operation> ofPath = DOCUMENT.at(answer.path());
        Optional<Operation> operation = ofPath.stream()
                .filter(each -> each.method().equals(answer.method()))
                .findFirst();
        return operation.isPresent() ? faults(operation.get(), answer) : faultsWithoutOperation(answer, ofPath);
    }

    private static boolean hasMalformedJobId(String path) {
        return path.startsWith(JOBS)
                && JobIds.parse(path.substring(JOBS.length()).replaceAll("/.*", ""))
                        .isEmpty();
    }

    private static Part component(String response) {
        return new Part("/components/responses", DOCUMENT.root().at("/components/responses")).child(response);
    }

    private static List<String> faultsWithoutOperation(Answer answer, List<Operation> ofPath) {
        String refusal = REFUSALS.get(answer.status());
        if (refusal != null) {
            Part response =
                    new Part("/components/responses", DOCUMENT.root().at("/components/responses")).child(refusal);
            return faults("a request that reaches no route", response, answer);
        }
        if (answer.status() == 400 && hasMalformedJobId(answer.path())) {
            return faults("a path with a malformed job id", component("BadJobId"), answer);
        }
        if (ofPath.isEmpty()) {
            return answer.status() == 404 && answer.body().isEmpty()
                    ? List.of()
                    : List.of("no operation has this path, so the response must be 404 without a body");
        }
        Set<String> allowed = ofPath.stream().map(Operation::method).collect(Collectors.toCollection(TreeSet::new));
        Set<String> named =
                new TreeSet<>(List.of(answer.headers().getOrDefault("allow", "").split(", ")));
        return answer.status() == 405 && answer.body().isEmpty() && named.equals(allowed)
                ? List.of()
                : List.of("no operation has this method, so the response must be 405 without a body, and allow "
                        + allowed);
    }

    private static List<String> faults(Operation operation, Answer answer) {
        return DOCUMENT.response(operation, answer.status())
                .map(response -> faults(operation.toString(), response, answer))
                .orElseGet(() -> List.of(operation + " has no status " + answer.status()));
    }

    private static List<String> faults(String operation, Part response, Answer answer) {
        List<String> faults = new ArrayList<>(headerFaults(operation, response, answer));
        Part content = response.child("content");
        if (content.node().isMissingNode()) {
            if (!answer.body().isEmpty()) {
                faults.add(operation + " has no body with status " + answer.status());
            }
            return faults;
        }
        Part media = content.child(answer.mediaType());
        if (media.node().isMissingNode()) {
            faults.add(operation + " has no media type \"" + answer.mediaType() + "\" with status " + answer.status());
            return faults;
        }
        bodyFaults(media, answer)
                .forEach(fault -> faults.add(operation + ", status " + answer.status() + ": " + fault));
        return faults;
    }

    private static List<String> headerFaults(String operation, Part response, Answer answer) {
        List<String> faults = new ArrayList<>();
        Map<String, Part> documented = new TreeMap<>();
        response.child("headers")
                .node()
                .fieldNames()
                .forEachRemaining(name -> documented.put(
                        name.toLowerCase(Locale.ROOT),
                        header(response.child("headers").child(name))));
        documented.forEach((name, header) -> {
            String value = answer.headers().get(name);
            if (value != null) {
                schemaFaults(header.child("schema"), TextNode.valueOf(value))
                        .forEach(fault -> faults.add(operation + ": header " + name + " " + fault));
            } else if (header.node().path("required").asBoolean()) {
                faults.add(operation + " lacks the header " + name + " with status " + answer.status());
            }
        });
        answer.headers().keySet().stream()
                .filter(name -> !ORDINARY_HEADERS.contains(name) && !documented.containsKey(name))
                .forEach(name -> faults.add(operation + " has no header " + name + " with status " + answer.status()));
        return faults;
    }

    private static Part header(Part header) {
        JsonNode node = header.node();
        return node.has("$ref") ? new Part(node.path("$ref").asText().substring(1), DOCUMENT.resolve(node)) : header;
    }

    private static List<String> bodyFaults(Part media, Answer answer) {
        List<String> faults = new ArrayList<>();
        if (media.node().has("schema")) {
            faults.addAll(valueFaults(media, answer));
        }
        if (media.node().has("x-line-schema")) {
            answer.body().lines().forEach(line -> faults.addAll(jsonFaults(media.child("x-line-schema"), line)));
        }
        if (media.node().has("x-event-schemas")) {
            for (String event : answer.body().split("\n\n")) {
                faults.addAll(eventFaults(media.child("x-event-schemas"), event));
            }
        }
        return faults;
    }

    private static List<String> valueFaults(Part media, Answer answer) {
        Part schema = media.child("schema");
        // A client of the last legacy version gets its errors as objects.
        boolean isText = media.node().path("x-body").asText().equals("text")
                && !answer.body().startsWith("{");
        if (!isText && answer.mediaType().matches("application/(.*\\+)?json")) {
            return jsonFaults(schema, answer.body());
        }
        return answer.mediaType().equals("application/yaml")
                ? yamlFaults(schema, answer.body())
                : schemaFaults(schema, TextNode.valueOf(answer.body()));
    }

    private static List<String> yamlFaults(Part schema, String text) {
        try {
            return schemaFaults(schema, new YAMLMapper().readTree(text));
        } catch (JsonProcessingException e) {
            return List.of("the body is not YAML: " + e.getOriginalMessage());
        }
    }

    /** A server-sent event. One without data keeps the connection open. */
    private static List<String> eventFaults(Part schemas, String event) {
        String type = "";
        StringBuilder data = new StringBuilder();
        for (String line : event.lines().toList()) {
            if (line.startsWith("event:")) {
                type = line.substring("event:".length());
            } else if (line.startsWith("data:")) {
                data.append(line.substring("data:".length()));
            }
        }
        if (data.isEmpty()) {
            return List.of();
        }
        Part schema = schemas.child(type);
        return schema.node().isMissingNode()
                ? List.of("no event has the name \"" + type + "\"")
                : jsonFaults(schema, data.toString());
    }

    private static List<String> jsonFaults(Part schema, String text) {
        try {
            return schemaFaults(schema, Json.read(text));
        } catch (JsonProcessingException e) {
            return List.of("the body is not JSON: " + e.getOriginalMessage());
        }
    }

    static List<String> schemaFaults(Part schema, JsonNode value) {
        return SCHEMAS
                .getSchema(SchemaLocation.of(BASE + "#" + schema.pointer()))
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }
}
