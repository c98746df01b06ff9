#include "core/failure.hpp"

namespace forager {

std::string_view word(Errc code)
{
    switch (code) {
    case Errc::exit: return "exit";
    case Errc::timed_out: return "timed_out";
    case Errc::cancelled: return "cancelled";
    case Errc::bad_arguments: return "bad_arguments";
    case Errc::not_found: return "not_found";
    case Errc::refused: return "refused";
    case Errc::unreachable: return "unreachable";
    case Errc::limit: return "limit";
    case Errc::script: return "script";
    }
    return "script";
}

std::optional<Errc> code_named(std::string_view name)
{
    for (int code = static_cast<int>(Errc::exit); code <= static_cast<int>(Errc::script); ++code)
        if (name == word(static_cast<Errc>(code)))
            return static_cast<Errc>(code);
    return std::nullopt;
}

Failure::Failure(Errc code, std::string message) : code{code}, message{std::move(message)}
{
    retry = code != Errc::bad_arguments && code != Errc::cancelled && code != Errc::not_found;
}

std::string Failure::code_word() const
{
    if (const Value* own = details.find("code"))
        if (const auto* text = own->get<std::string>())
            return *text;
    return std::string{word(code)};
}

Object Failure::to_object() const
{
    Object object;
    object.append("code", code_word());
    object.append("message", message);
    if (!where.empty())
        object.append("where", where);
    for (const Member& member : details)
        if (object.find(member.name) == nullptr)
            object.append(member.name, member.value);
    return object;
}

Object to_data(const Failure& failure)
{
    Object data{{"code", word(failure.code)},     {"message", failure.message}, {"where", failure.where},
                {"traceback", failure.traceback}, {"retry", failure.retry},     {"details", failure.details}};
    if (failure.declaration)
        data.append("declaration", true);
    return data;
}

Failure failure_from_data(const Object& data)
{
    Failure failure{code_named(part<std::string>(data, "code")).value_or(Errc::script),
                    part<std::string>(data, "message")};
    failure.where = part<std::string>(data, "where");
    failure.traceback = part<std::string>(data, "traceback");
    failure.retry = data.find("retry") == nullptr || part<bool>(data, "retry");
    failure.declaration = part<bool>(data, "declaration");
    failure.details = part<Object>(data, "details");
    return failure;
}

void throw_exception_from_error(const Failure& failure, const boost::source_location&)
{
    throw UncheckedFailure{failure};
}

} // namespace forager
