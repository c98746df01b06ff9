#include "clients/kubernetes/objects.hpp"

#include "clients/kubernetes/refusal.hpp"

#include <utility>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr int most_beginnings = 4; // of one list

asio::awaitable<Result<Object>> ask_object(Client& client, Ask ask)
{
    auto answer = co_await client.call(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    auto* object = answer->get<Object>();
    if (object == nullptr)
        co_return Failure{Errc::refused, "the Kubernetes API at " + client.access().server +
                                             " answers with something that is no object"};
    co_return std::move(*object);
}

const char* content_type(PatchKind kind)
{
    switch (kind) {
    case PatchKind::merge: return "application/merge-patch+json";
    case PatchKind::strategic: return "application/strategic-merge-patch+json";
    case PatchKind::json: return "application/json-patch+json";
    }
    return "";
}

const char* word(Propagation propagation)
{
    switch (propagation) {
    case Propagation::background: return "Background";
    case Propagation::foreground: return "Foreground";
    case Propagation::orphan: return "Orphan";
    }
    return "";
}

// In their usual place, before all else.
Value with_kind(Object object, const Resource& resource)
{
    Object named{{"apiVersion", resource.api_version()}, {"kind", resource.kind}};
    for (Member& member : object)
        named.set(std::move(member.name), std::move(member.value));
    return named;
}

} // namespace

asio::awaitable<Result<Object>> get(Client& client, Place place, std::string name)
{
    return ask_object(client, {"GET", place.path(name)});
}

asio::awaitable<Result<Page>> list_page(Client& client, Place place, Selector selector, std::string next, int most)
{
    Ask ask{"GET", place.path()};
    ask.query = {{"labelSelector", unless_empty(std::move(selector.labels))},
                 {"fieldSelector", unless_empty(std::move(selector.fields))},
                 {"limit", std::to_string(most)},
                 {"continue", unless_empty(std::move(next))}};
    auto told = co_await ask_object(client, std::move(ask));
    if (told.has_error())
        co_return told.error();
    const auto metadata = part<Object>(*told, "metadata");
    Page page;
    page.next = part<std::string>(metadata, "continue");
    page.version = part<std::string>(metadata, "resourceVersion");
    Value* items = told->find("items");
    if (auto* list = items == nullptr ? nullptr : items->get<Array>())
        for (Value& item : *list)
            if (auto* object = item.get<Object>())
                page.items.push_back(with_kind(std::move(*object), place.resource));
    co_return page;
}

asio::awaitable<Result<Page>> list(Client& client, Place place, Selector selector)
{
    Page all;
    int beginnings = 1;
    for (std::string next;;) {
        auto page = co_await list_page(client, place, selector, next);
        if (page.has_error() && is_expired(page.error()) && !next.empty() && beginnings++ < most_beginnings) {
            all = {};
            next.clear();
            continue;
        }
        if (page.has_error())
            co_return page.error();
        std::move(page->items.begin(), page->items.end(), std::back_inserter(all.items));
        all.version = std::move(page->version);
        next = std::move(page->next);
        if (next.empty())
            co_return all;
    }
}

asio::awaitable<Result<Object>> create(Client& client, Place place, Object object)
{
    Ask ask{"POST", place.path()};
    ask.body = with_kind(std::move(object), place.resource);
    return ask_object(client, std::move(ask));
}

asio::awaitable<Result<Object>> replace(Client& client, Place place, Object object)
{
    Ask ask{"PUT", place.path(name_of(object))};
    ask.body = with_kind(std::move(object), place.resource);
    return ask_object(client, std::move(ask));
}

asio::awaitable<Result<Object>> apply(Client& client, Place place, Object object, std::string manager, bool force,
                                      std::string subresource)
{
    const std::string name = name_of(object);
    Ask ask{"PATCH", subresource.empty() ? place.path(name) : place.path(name, subresource)};
    ask.query = {{"fieldManager", std::move(manager)}, {"force", force ? "true" : "false"}};
    ask.content_type = "application/apply-patch+yaml";
    ask.body = with_kind(std::move(object), place.resource);
    return ask_object(client, std::move(ask));
}

asio::awaitable<Result<Object>> patch(Client& client, Place place, std::string name, Value change, PatchKind kind,
                                      std::string subresource)
{
    Ask ask{"PATCH", subresource.empty() ? place.path(name) : place.path(name, subresource)};
    ask.content_type = content_type(kind);
    ask.body = std::move(change);
    return ask_object(client, std::move(ask));
}

asio::awaitable<Result<void>> remove(Client& client, Place place, std::string name, Removal removal)
{
    Object options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", word(removal.propagation)}};
    if (removal.grace_seconds)
        options.append("gracePeriodSeconds", *removal.grace_seconds);
    Object preconditions;
    if (!removal.uid.empty())
        preconditions.append("uid", std::move(removal.uid));
    if (!removal.version.empty())
        preconditions.append("resourceVersion", std::move(removal.version));
    if (!preconditions.empty())
        options.append("preconditions", std::move(preconditions));
    Ask ask{"DELETE", place.path(name)};
    ask.body = std::move(options);
    auto removed = co_await client.call(std::move(ask));
    if (removed.has_error())
        co_return removed.error();
    co_return Result<void>{};
}

} // namespace forager::kubernetes
