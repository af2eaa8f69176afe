package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.function.Consumer;

/**
 * Prints what a manager answered, in the form that the operator chose.
 *
 * @param format the form
 */
record Output(AdmContext context, OutputFormat format) {

    /** Prints text for people. */
    @FunctionalInterface
    interface Text {
        void print(PrintWriter out, JsonNode found);
    }

    boolean isTable() {
        return format == OutputFormat.TABLE;
    }

    /**
     * Prints one item.
     *
     * @param body JSON, as the API answered it
     */
    void item(String body, Text text) throws CommandFailed {
        PrintWriter out = context.out();
        switch (format) {
            case TABLE -> text.print(out, ManagerApiClient.json(body));
            case JSON -> out.println(body.strip());
            case JSONL -> out.println(ManagerApiClient.json(body));
        }
        out.flush();
    }

    /** Prints one item that the API did not answer in this form, such as the result of an offline command. */
    void item(JsonNode item, Text text) throws CommandFailed {
        item(item.toString(), text);
    }

    /**
     * Prints a list, page after page. As JSON it is one document with the items of all pages.
     *
     * @param path path of the first page, with its parameters
     * @param member the member of the answer that has the items
     * @param empty what is printed as text if there are no items
     */
    void list(ManagerApiClient manager, String path, String member, Table table, String empty)
            throws CommandFailed, InterruptedException {
        ManagerApiClient.Response first = manager.get(path);
        JsonNode page = ManagerApiClient.json(first);
        if (!page.has("next")) {
            page(page, first.body(), member, table, empty);
            return;
        }
        ObjectNode all = page.deepCopy();
        ArrayNode items = all.withArray(member);
        Consumer<JsonNode> sink = format == OutputFormat.JSON ? more -> more.forEach(items::add) : rows(table);
        if (format != OutputFormat.JSON) {
            sink.accept(page.path(member));
        }
        while (page.has("next")) {
            String next = ManagerApiClient.parameter(page.path("next").asText());
            page = ManagerApiClient.json(manager.get(path + (path.contains("?") ? "&" : "?") + "after=" + next));
            sink.accept(page.path(member));
        }
        if (format == OutputFormat.JSON) {
            all.remove("next");
            context.out().println(all);
        }
        context.out().flush();
    }

    /** Prints a list that the API answers as one page. */
    void page(JsonNode page, String body, String member, Table table, String empty) {
        if (format == OutputFormat.JSON) {
            context.out().println(body.strip());
        } else if (format == OutputFormat.TABLE && page.path(member).isEmpty()) {
            context.out().println(empty);
        } else {
            rows(table).accept(page.path(member));
        }
        context.out().flush();
    }

    /** Prints the items of pages as lines. The columns of a table have the widths of the first page. */
    private Consumer<JsonNode> rows(Table table) {
        return format == OutputFormat.JSONL
                ? items -> items.forEach(each -> context.out().println(each))
                : table.printer(context.out());
    }
}
