#include "cli/documents/colony.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/colony/member.hpp"
#include "cli/documents/colony_words.hpp"
#include "cli/documents/reading.hpp"
#include "cli/output.hpp"
#include "core/reconcile/blueprint.hpp"
#include "primitives/colony/blueprints.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

Failure told_of(const WrittenDocument& written, Failure failure)
{
    if (failure.details.find("field") == nullptr)
        return failure;
    failure = placed(written, std::move(failure));
    failure.declaration = true; // it has to be written otherwise
    return failure;
}

Result<Object> checked(const Object& document, const std::string& colony)
{
    return reconcile::is_definition(document) ? reconcile::definition_of(document, colony)
                                              : reconcile::blueprint_of(document, colony);
}

// Nothing is applied where one of them is wrong.
Result<void> check_all(const std::vector<WrittenDocument>& documents, const std::string& colony)
{
    for (const WrittenDocument& written : documents)
        if (const auto fine = checked(written.document, colony); !fine)
            return told_of(written, fine.error());
    return {};
}

Failure in_document(const WrittenDocument& written, Failure failure)
{
    failure = told_of(written, std::move(failure));
    if (failure.where.empty())
        failure.message = title_of_blueprint(written.document) + " of " + written.file + ": " + failure.message;
    return failure;
}

// Definitions first: blueprints of their kinds may be among the documents.
std::vector<const WrittenDocument*> in_order(const std::vector<WrittenDocument>& documents)
{
    std::vector<const WrittenDocument*> order;
    for (const bool definitions : {true, false})
        for (const WrittenDocument& written : documents)
            if (reconcile::is_definition(written.document) == definitions)
                order.push_back(&written);
    return order;
}

asio::awaitable<Outcome> apply_all(ColonyMember& member, const std::vector<WrittenDocument>& documents, bool force)
{
    if (const auto fine = check_all(documents, member.colony()); !fine)
        co_return fine.error();
    Array applied;
    for (const WrittenDocument* written : in_order(documents)) {
        auto answer = co_await colony_work::apply_document(member, written->document, force);
        if (answer.has_error())
            co_return in_document(*written, answer.error());
        const auto metadata = part<Object>(part<Object>(*answer, "document"), "metadata");
        applied.emplace_back(Object{{"kind", part<std::string>(*answer, "kind")},
                                    {"name", part<std::string>(*answer, "name")},
                                    {"change", part<std::string>(*answer, "change")},
                                    {"generation", part<std::int64_t>(metadata, "generation")}});
    }
    co_return Outputs{Value{std::move(applied)}};
}

std::string shown_changes(const Value& rows)
{
    std::string text;
    for (const Value& row : *rows.get<Array>()) {
        const std::string generation = text_of(row, "generation");
        text += text_of(row, "kind") + "/" + text_of(row, "name") + " " + text_of(row, "change") +
                (generation.empty() || generation == "0" ? "" : ", generation " + generation) + "\n";
    }
    return text;
}

asio::awaitable<Result<Array>> documents_for(ColonyMember& member, std::string what)
{
    if (means_definitions(what)) {
        const auto definitions = co_await colony_work::list_definitions(member);
        if (definitions.has_error())
            co_return definitions.error();
        co_return meant(*definitions, what);
    }
    const auto blueprints = co_await colony_work::list_blueprints(member, "");
    if (blueprints.has_error())
        co_return blueprints.error();
    co_return meant(*blueprints, what);
}

asio::awaitable<Outcome> listed(ColonyMember& member, std::string what)
{
    auto documents = co_await documents_for(member, std::move(what));
    if (documents.has_error())
        co_return documents.error();
    co_return Outputs{Value{std::move(*documents)}};
}

asio::awaitable<Result<Object>> only_one(ColonyMember& member, std::string what)
{
    const auto found = co_await documents_for(member, what);
    if (found.has_error())
        co_return found.error();
    if (found->size() != 1)
        co_return Failure{Errc::bad_arguments, "'" + tail(printable(what), 80) + "' means " +
                                                   std::to_string(found->size()) +
                                                   " documents: name one, as KIND/NAME"};
    co_return *found->front().get<Object>();
}

asio::awaitable<Outcome> described(ColonyMember& member, std::string what)
{
    auto document = co_await only_one(member, std::move(what));
    if (document.has_error())
        co_return document.error();
    if (!reconcile::is_definition(*document)) {
        auto history = co_await colony_work::blueprint_history(
            member, part<std::string>(part<Object>(*document, "metadata"), "name"));
        if (history.has_error())
            co_return history.error();
        document->set("history", std::move(*history));
    }
    co_return Outputs{Value{std::move(*document)}};
}

// A definition as it is called today.
Result<std::string> name_in_colony(const WrittenDocument& written)
{
    const std::string name = part<std::string>(part<Object>(written.document, "metadata"), "name");
    const std::string kind = reconcile::is_definition(written.document) ? std::string{reconcile::definition_kind}
                                                                        : part<std::string>(written.document, "kind");
    return kind + "/" + name;
}

// They go after what is of them.
std::vector<std::string> kinds_last(const std::vector<std::string>& names)
{
    std::vector<std::string> order;
    for (const bool definitions : {false, true})
        std::ranges::copy_if(names, std::back_inserter(order),
                             [definitions](const std::string& name) { return means_definitions(name) == definitions; });
    return order;
}

asio::awaitable<Result<void>> removed_from(ColonyMember& member, bool is_definition, std::string name)
{
    return is_definition ? colony_work::remove_definition(member, std::move(name))
                         : colony_work::remove_blueprint(member, std::move(name));
}

// None is removed where one of them is not there.
asio::awaitable<Outcome> delete_all(ColonyMember& member, std::vector<std::string> names)
{
    std::vector<Object> documents;
    for (const std::string& name : names) {
        auto document = co_await only_one(member, name);
        if (document.has_error())
            co_return document.error();
        documents.push_back(std::move(*document));
    }
    Array rows;
    for (const Object& document : documents) {
        const auto name = part<std::string>(part<Object>(document, "metadata"), "name");
        const auto removed = co_await removed_from(member, reconcile::is_definition(document), name);
        if (removed.has_error())
            co_return removed.error();
        rows.emplace_back(Object{{"kind", part<std::string>(document, "kind")}, {"name", name}, {"change", "deleted"}});
    }
    co_return Outputs{Value{std::move(rows)}};
}

} // namespace

int apply_in_colony(const Common& common, const std::vector<std::string>& files, bool force)
{
    const auto documents = read_all(files);
    if (documents.has_error())
        return print_failure(documents.error(), common);
    return ask_colony(
        common, [&](App&, ColonyMember& member) { return apply_all(member, *documents, force); }, shown_changes);
}

int get_in_colony(const Common& common, const std::string& what)
{
    return ask_colony(
        common, [&](App&, ColonyMember& member) { return listed(member, what); },
        means_definitions(what) ? shown_definitions : shown_blueprints);
}

int describe_in_colony(const Common& common, const std::string& what)
{
    return ask_colony(
        common, [&](App&, ColonyMember& member) { return described(member, what); },
        means_definitions(what) ? for_people : shown_blueprint);
}

int delete_in_colony(const Common& common, const std::vector<std::string>& what)
{
    const auto names = names_in(what, name_in_colony);
    if (names.has_error())
        return print_failure(names.error(), common);
    return ask_colony(
        common, [&](App&, ColonyMember& member) { return delete_all(member, kinds_last(*names)); }, shown_changes);
}

} // namespace forager::cli
