"""The Bot API calls that an image bot uses, in our own words: a compact contract.

One block per method (``name -> answer``) or type (``type name``), one field per line: its name,
with ``!`` when required, its types, and a size. ``@name`` takes in the fields of a group.
"""

import re

from tests.emulators.telegram.schema import Field, Limit, Schema, Shape, Unit

_GROUPS = """
group target
  chat_id! Integer|String
  message_thread_id Integer
group sending
  @target
  disable_notification Boolean
  protect_content Boolean
  message_effect_id String
  reply_parameters ReplyParameters
group keyboard
  reply_markup InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
group text_below
  caption String 0-1024 seen
  parse_mode String =HTML
group caption
  @text_below
  show_caption_above_media Boolean
group edited
  chat_id Integer|String
  message_id Integer
  inline_message_id String
  reply_markup InlineKeyboardMarkup
group priced
  title! String 1-32 characters
  description! String 1-255 characters
  payload! String 1-128 bytes
  provider_token String
  currency! String =XTR
  prices! Array of LabeledPrice 1-1 items
  photo_url String
group language
  language_code String 0-2 characters
group inline_result
  type! String
  id! String 1-64 bytes
  reply_markup InlineKeyboardMarkup
"""

_METHODS = """
getMe -> User
logOut -> Boolean
close -> Boolean
getUpdates -> Array of Update
  offset Integer
  limit Integer 1-100 value
  timeout Integer 0-50 value
  allowed_updates Array of String
setWebhook -> Boolean
  url! String
  certificate InputFile
  ip_address String
  max_connections Integer 1-100 value
  allowed_updates Array of String
  drop_pending_updates Boolean
  secret_token String 1-256 characters
deleteWebhook -> Boolean
  drop_pending_updates Boolean
getWebhookInfo -> WebhookInfo
setMyCommands -> Boolean
  commands! Array of BotCommand 0-100 items
  scope BotCommandScope
  @language
getMyCommands -> Array of BotCommand
  scope BotCommandScope
  @language
deleteMyCommands -> Boolean
  scope BotCommandScope
  @language
setMyName -> Boolean
  name String 0-64 characters
  @language
getMyName -> BotName
  @language
setMyDescription -> Boolean
  description String 0-512 characters
  @language
getMyDescription -> BotDescription
  @language
setMyShortDescription -> Boolean
  short_description String 0-120 characters
  @language
getMyShortDescription -> BotShortDescription
  @language
setChatMenuButton -> Boolean
  chat_id Integer
  menu_button MenuButton
sendMessage -> Message
  @sending
  @keyboard
  text! String 1-4096 seen
  parse_mode String =HTML
  link_preview_options LinkPreviewOptions
sendMessageDraft -> Boolean
  chat_id! Integer
  message_thread_id Integer
  draft_id! Integer
  text String 0-4096 seen
  parse_mode String =HTML
sendPhoto -> Message
  @sending
  @keyboard
  @caption
  photo! InputFile|String
  has_spoiler Boolean
sendDocument -> Message
  @sending
  @keyboard
  @text_below
  document! InputFile|String
  thumbnail InputFile|String
  disable_content_type_detection Boolean
sendMediaGroup -> Array of Message
  @sending
  media! Array of InputMediaPhoto|Array of InputMediaDocument 2-10 items
editMessageText -> Message|Boolean
  @edited
  text! String 1-4096 seen
  parse_mode String =HTML
  link_preview_options LinkPreviewOptions
editMessageCaption -> Message|Boolean
  @edited
  @caption
editMessageMedia -> Message|Boolean
  @edited
  media! InputMediaPhoto|InputMediaDocument
editMessageReplyMarkup -> Message|Boolean
  @edited
deleteMessage -> Boolean
  chat_id! Integer|String
  message_id! Integer
deleteMessages -> Boolean
  chat_id! Integer|String
  message_ids! Array of Integer 1-100 items
copyMessage -> MessageId
  @sending
  @keyboard
  @caption
  from_chat_id! Integer|String
  message_id! Integer
setMessageReaction -> Boolean
  chat_id! Integer|String
  message_id! Integer
  reaction Array of ReactionTypeEmoji 0-1 items
  is_big Boolean
answerCallbackQuery -> Boolean
  callback_query_id! String
  text String 0-200 characters
  show_alert Boolean
  url String
  cache_time Integer
answerInlineQuery -> Boolean
  inline_query_id! String
  results! Array of InlineQueryResult 0-50 items
  cache_time Integer
  is_personal Boolean
  next_offset String 0-64 bytes
  button InlineQueryResultsButton
sendChatAction -> Boolean
  @target
  action! String =typing,upload_photo,upload_document
getFile -> File
  file_id! String
getChat -> ChatFullInfo
  chat_id! Integer|String
getChatAdministrators -> Array of ChatMember
  chat_id! Integer|String
getChatMember -> ChatMember
  chat_id! Integer|String
  user_id! Integer
leaveChat -> Boolean
  chat_id! Integer|String
sendInvoice -> Message
  @sending
  @priced
  start_parameter String
  reply_markup InlineKeyboardMarkup
createInvoiceLink -> String
  @priced
  subscription_period Integer 2592000-2592000 value
answerPreCheckoutQuery -> Boolean
  pre_checkout_query_id! String
  ok! Boolean
  error_message String
refundStarPayment -> Boolean
  user_id! Integer
  telegram_payment_charge_id! String
editUserStarSubscription -> Boolean
  user_id! Integer
  telegram_payment_charge_id! String
  is_canceled! Boolean
"""

_REQUEST_TYPES = """
type ReplyParameters
  message_id! Integer
  chat_id Integer|String
  allow_sending_without_reply Boolean
  quote String 0-1024 characters
type LinkPreviewOptions
  is_disabled Boolean
  url String
  prefer_small_media Boolean
  prefer_large_media Boolean
  show_above_text Boolean
type InlineKeyboardMarkup
  inline_keyboard! Array of Array of InlineKeyboardButton
type InlineKeyboardButton
  text! String 1-256 characters
  url String
  callback_data String 1-64 bytes
  switch_inline_query String
  switch_inline_query_current_chat String
  switch_inline_query_chosen_chat SwitchInlineQueryChosenChat
  web_app WebAppInfo
  copy_text CopyTextButton
  pay Boolean
  style String =danger,success,primary
  icon_custom_emoji_id String
type SwitchInlineQueryChosenChat
  query String
  allow_user_chats Boolean
  allow_bot_chats Boolean
  allow_group_chats Boolean
  allow_channel_chats Boolean
type CopyTextButton
  text! String 1-256 characters
type WebAppInfo
  url! String
type ReplyKeyboardMarkup
  keyboard! Array of Array of KeyboardButton
  is_persistent Boolean
  resize_keyboard Boolean
  one_time_keyboard Boolean
  input_field_placeholder String 1-64 characters
  selective Boolean
type KeyboardButton
  text! String
type ReplyKeyboardRemove
  remove_keyboard! True
  selective Boolean
type ForceReply
  force_reply! True
  input_field_placeholder String 1-64 characters
  selective Boolean
type InputMediaPhoto
  @caption
  type! String =photo
  media! String
  has_spoiler Boolean
type InputMediaDocument
  @text_below
  type! String =document
  media! String
  thumbnail String
  disable_content_type_detection Boolean
type ReactionTypeEmoji
  type! String =emoji
  emoji! String
type LabeledPrice
  label! String
  amount! Integer
type BotCommand
  command! String 1-32 characters
  description! String 1-256 characters
type BotCommandScope
  type! String
  chat_id Integer|String
  user_id Integer
type MenuButton
  type! String =commands,default,web_app
  text String
  web_app WebAppInfo
type InlineQueryResult
  = InlineQueryResultCachedPhoto|InlineQueryResultPhoto
  = InlineQueryResultArticle
type InlineQueryResultCachedPhoto
  @inline_result
  @caption
  photo_file_id! String
  title String
  description String
  input_message_content InputTextMessageContent
type InlineQueryResultPhoto
  @inline_result
  @caption
  photo_url! String
  thumbnail_url! String
  photo_width Integer
  photo_height Integer
  title String
  description String
  input_message_content InputTextMessageContent
type InlineQueryResultArticle
  @inline_result
  title! String
  input_message_content! InputTextMessageContent
  url String
  description String
  thumbnail_url String
  thumbnail_width Integer
  thumbnail_height Integer
type InputTextMessageContent
  message_text! String 1-4096 seen
  parse_mode String =HTML
  link_preview_options LinkPreviewOptions
type InlineQueryResultsButton
  text! String
  start_parameter String 1-64 characters
"""

_SIZE = re.compile(r"(\d+)-(\d+) (characters|bytes|items|value|seen)")
_UNITS: dict[str, Unit] = {
    "characters": "characters",
    "seen": "characters",
    "bytes": "bytes",
    "items": "items",
    "value": "value",
}


def _parsed(text: str, groups: dict[str, list[str]]) -> tuple[dict[str, Shape], dict[str, Shape]]:
    methods: dict[str, Shape] = {}
    types: dict[str, Shape] = {}
    for head, lines in _blocks(text):
        unions = [line.removeprefix("= ") for line in lines if line.startswith("= ")]
        plain = [line for line in lines if not line.startswith("= ")]
        expanded = [line for item in plain for line in _expanded(item, groups)]
        fields = {declared.name: declared for declared in map(_field, expanded)}
        if head.startswith("type "):
            name = head.removeprefix("type ")
            subtypes = tuple(kind for union in unions for kind in union.split("|"))
            types[name] = Shape(name, fields, subtypes=subtypes)
        else:
            name, _, answer = head.partition(" -> ")
            methods[name] = Shape(name, fields, returns=tuple(answer.split("|")))
    return methods, types


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("  "):
            blocks[-1][1].append(line.strip())
        elif line:
            blocks.append((line, []))
    return blocks


def _expanded(line: str, groups: dict[str, list[str]]) -> list[str]:
    if not line.startswith("@"):
        return [line]
    return [inner for item in groups[line[1:]] for inner in _expanded(item, groups)]


def _field(line: str) -> Field:
    name, _, rest = line.partition(" ")
    limit = None
    if size := _SIZE.search(rest):
        rest = rest[: size.start()].strip()
        low, high = int(size[1]), int(size[2])
        limit = Limit(low, high, _UNITS[size[3]], parsed=size[3] == "seen")
    kinds, _, choices = rest.partition(" =")
    return Field(
        name=name.removesuffix("!"),
        types=tuple(kinds.split("|")),
        required=name.endswith("!"),
        limit=limit,
        choices=frozenset(filter(None, choices.split(","))),
    )


def contract_schema(answer_types: str) -> Schema:
    """The contract as a schema; ``answer_types`` describes what the platform sends."""
    groups = {head.removeprefix("group "): lines for head, lines in _blocks(_GROUPS)}
    methods, types = _parsed(_METHODS + _REQUEST_TYPES + answer_types, groups)
    return Schema("contract", methods, types)
