package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.contract.ContractDocument.Operation;
import io.rebalancer.http.contract.ContractDocument.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The form of the contract: what a generator of clients, or a reader, relies on. */
class ContractLintTest {
    private static final ContractDocument DOCUMENT = ContractDocument.MANAGER;
    private static final Set<String> OPEN_ERRORS = Set.of("403", "414", "421", "431", "500");
    /** They destroy knowledge, or change files and records of customers. */
    private static final Set<String> ADMIN_ORDERS =
            Set.of("dropHeldAssignment", "actOnReconciliationRun", "restoreFromQuarantine", "purgeQuarantine");

    private static final Set<String> ERRORS = Set.of("401", "403", "414", "421", "429", "431", "500");

    static Stream<Operation> operations() {
        return DOCUMENT.operations().stream();
    }

    @Test
    void operationIdsAreUnique() {
        assertThat(operations().map(Operation::id)).doesNotHaveDuplicates().doesNotContain("");
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationIsDescribed(Operation operation) {
        JsonNode node = operation.node();
        assertThat(node.path("summary").asText()).isNotBlank().doesNotEndWith(".");
        List<String> tags = new ArrayList<>();
        DOCUMENT.root().path("tags").forEach(tag -> tags.add(tag.path("name").asText()));
        assertThat(node.path("tags")).hasSize(1);
        assertThat(tags).contains(node.path("tags").path(0).asText());
        assertThat(node.path("x-role").asText()).isEqualTo(role(operation));
    }

    private static String role(Operation operation) {
        if (operation.path().startsWith("/api/v1/tokens") || operation.path().startsWith("/api/v1/sessions")) {
            return "admin";
        }
        // Findings and quarantines name owners and objects of customers.
        if (operation.id().equals("listReconciliationFindings")
                || operation.id().equals("listQuarantine")) {
            return "operator";
        }
        // Everyone may log in and out.
        if (operation.method().equals("GET") || operation.path().equals("/api/v1/session")) {
            return "viewer";
        }
        return operation.path().startsWith("/api/v1/cluster/") || ADMIN_ORDERS.contains(operation.id())
                ? "admin"
                : "operator";
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationSucceedsOrFailsInDocumentedWays(Operation operation) {
        Set<String> statuses = names(operation.node().path("responses"));
        assertThat(statuses).anyMatch(status -> status.startsWith("2") || status.startsWith("3"));
        assertThat(statuses).allMatch(status -> status.matches("[2-5]\\d\\d"));
        boolean open = operation.node().path("security").isArray()
                && operation.node().path("security").isEmpty();
        assertThat(statuses).containsAll(open ? OPEN_ERRORS : ERRORS);
        if (operation.path().startsWith("/api/v1/")) {
            assertThat(statuses).contains("415", "503");
        }
        if (operation.node().has("requestBody")) {
            assertThat(statuses).contains("400", "408", "413");
        }
        for (String status : statuses) {
            assertThat(DOCUMENT.response(operation, Integer.parseInt(status))
                            .orElseThrow()
                            .node()
                            .path("description")
                            .asText())
                    .as(status)
                    .isNotBlank();
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theParametersOfAPathAreDocumented(Operation operation) {
        Set<String> inPath = new TreeSet<>();
        Pattern.compile("\\{([^}]*)}").matcher(operation.path()).results().forEach(each -> inPath.add(each.group(1)));
        Set<String> documented = new TreeSet<>();
        for (JsonNode parameter : operation.parameters()) {
            assertThat(parameter.path("description").asText()).isNotBlank();
            assertThat(parameter.has("schema")).isTrue();
            if (parameter.path("in").asText().equals("path")) {
                assertThat(parameter.path("required").asBoolean()).isTrue();
                documented.add(parameter.path("name").asText());
            }
        }
        assertThat(documented).isEqualTo(inPath);
    }

    @Test
    void everyReferenceResolves() {
        assertThat(references()).isNotEmpty().allSatisfy(reference -> {
            assertThat(reference).startsWith("#/components/");
            assertThat(DOCUMENT.root().at(reference.substring(1)).isMissingNode())
                    .isFalse();
        });
    }

    @Test
    void everyComponentIsUsed() {
        Set<String> components = new TreeSet<>();
        DOCUMENT.root().path("components").properties().stream()
                .filter(kind -> !kind.getKey().equals("securitySchemes"))
                .forEach(kind -> kind.getValue()
                        .fieldNames()
                        .forEachRemaining(name -> components.add("#/components/" + kind.getKey() + "/" + name)));
        assertThat(components).hasSizeGreaterThan(100);
        assertThat(references()).containsAll(components);
    }

    private static Set<String> references() {
        Set<String> references = new TreeSet<>();
        DOCUMENT.root().findValues("$ref").forEach(each -> references.add(each.asText()));
        return references;
    }

    /** Otherwise a member that a response gets later would not be found. */
    @Test
    void everyObjectOfAResponseNamesAllOfItsMembers() {
        List<Part> objects = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Operation operation : DOCUMENT.operations()) {
            collect(new Part(operation.id(), operation.node().path("responses")), objects, seen);
        }
        assertThat(objects).hasSizeGreaterThan(80).allSatisfy(object -> {
            if (object.node().has("properties")) {
                assertThat(object.node().path("additionalProperties").isBoolean())
                        .isTrue();
                assertThat(object.node().path("additionalProperties").asBoolean())
                        .isFalse();
                object.node()
                        .path("required")
                        .forEach(name -> assertThat(
                                        object.node().path("properties").has(name.asText()))
                                .as("%s requires %s", object.pointer(), name)
                                .isTrue());
            } else {
                assertThat(object.node().has("additionalProperties")
                                || object.pointer().contains("getContractAs"))
                        .as(object.pointer())
                        .isTrue();
            }
        });
    }

    private static void collect(Part part, List<Part> objects, Set<String> seen) {
        if (part.node().has("$ref")) {
            String reference = part.node().path("$ref").asText();
            if (seen.add(reference)) {
                collect(new Part(reference, DOCUMENT.resolve(part.node())), objects, seen);
            }
        } else if (part.node().isArray()) {
            part.node().forEach(each -> collect(new Part(part.pointer(), each), objects, seen));
        } else {
            if (part.node().path("type").toString().contains("\"object\"")) {
                objects.add(part);
            }
            names(part.node()).forEach(name -> collect(part.child(name), objects, seen));
        }
    }

    @Test
    void theExamplesOfBodiesFitTheirSchemas() {
        Part schemas = new Part("/components/schemas", DOCUMENT.root().at("/components/schemas"));
        for (String name : names(schemas.node())) {
            Part schema = schemas.child(name);
            schema.node()
                    .path("examples")
                    .forEach(example -> assertThat(ContractCheck.schemaFaults(schema, example))
                            .as(name)
                            .isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aBodyHasAnExample(Operation operation) {
        if (operation.node().has("requestBody")) {
            assertThat(Examples.body(operation)).startsWith("{");
        }
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
