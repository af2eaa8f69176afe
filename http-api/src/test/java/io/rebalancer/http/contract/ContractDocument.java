package io.rebalancer.http.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.server.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The contract of the manager as the tests read it. */
final class ContractDocument {
    static final ContractDocument MANAGER =
            new ContractDocument(ApiContract.read().json().utf8String());
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete", "head", "options");

    private final String text;
    private final JsonNode root;

    private ContractDocument(String text) {
        this.text = text;
        try {
            this.root = Json.read(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the contract is not JSON", e);
        }
    }

    /**
     * An operation of the document.
     *
     * @param path with the names of its parameters in braces
     * @param parameters of the operation and of its path, resolved
     */
    record Operation(String method, String path, JsonNode node, List<JsonNode> parameters) {
        String id() {
            return node.path("operationId").asText();
        }

        @Override
        public String toString() {
            return id() + " (" + method + " " + path + ")";
        }
    }

    /** A part of the document, and its JSON pointer. */
    record Part(String pointer, JsonNode node) {
        Part child(String name) {
            return new Part(pointer + "/" + escaped(name), node.path(name));
        }

        private static String escaped(String name) {
            return name.replace("~", "~0").replace("/", "~1");
        }
    }

    String text() {
        return text;
    }

    JsonNode root() {
        return root;
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.path("paths").properties().forEach(path -> {
            for (Iterator<String> keys = path.getValue().fieldNames(); keys.hasNext(); ) {
                String key = keys.next();
                if (METHODS.contains(key)) {
                    operations.add(operation(path.getKey(), path.getValue(), key));
                }
            }
        });
        return operations;
    }

    private Operation operation(String path, JsonNode item, String method) {
        JsonNode node = item.path(method);
        List<JsonNode> parameters = new ArrayList<>();
        item.path("parameters").forEach(each -> parameters.add(resolve(each)));
        node.path("parameters").forEach(each -> parameters.add(resolve(each)));
        return new Operation(method.toUpperCase(Locale.ROOT), path, node, parameters);
    }

    /** The operations of a path without parameters in it; the most specific path wins. */
    List<Operation> at(String path) {
        Optional<String> template = operations().stream()
                .map(Operation::path)
                .distinct()
                .filter(each -> matches(each, path))
                .min(Comparator.comparing(each -> each.split("\\{", -1).length));
        return operations().stream()
                .filter(each -> template.filter(each.path()::equals).isPresent())
                .toList();
    }

    /** A last parameter with the name path has all that follows, slashes included: OpenAPI has no form for that. */
    private static boolean matches(String template, String path) {
        String pattern = Pattern.compile("\\{[^}]*}")
                .splitAsStream(template)
                .map(Pattern::quote)
                .collect(Collectors.joining("[^/]+"));
        if (template.endsWith("{path}")) {
            return path.matches(pattern + ".+");
        }
        return path.matches(template.endsWith("}") ? pattern + "[^/]+" : pattern);
    }

    /** The response of an operation to a status; empty if it is not documented. */
    Optional<Part> response(Operation operation, int status) {
        Part response = new Part("/paths", root.path("paths"))
                .child(operation.path())
                .child(operation.method().toLowerCase(Locale.ROOT))
                .child("responses")
                .child(String.valueOf(status));
        if (response.node().isMissingNode()) {
            return Optional.empty();
        }
        return Optional.of(
                response.node().has("$ref")
                        ? new Part(response.node().path("$ref").asText().substring(1), resolve(response.node()))
                        : response);
    }

    /** The target of a reference, or the node itself. */
    JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
    }
}
