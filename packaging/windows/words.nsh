; What the setup says in its own words, in the program's languages. The rest is
; NSIS's, and Windows' language is taken without a question. Every language has
; every text: makensis -WX says which is missing.

!macro Words language id
	!insertmacro MUI_LANGUAGE "${language}"
	!define WORDS_LANG ${LANG_${id}}
!macroend
!macro Word name text
	LangString ${name} ${WORDS_LANG} "${text}"
!macroend
!define Word "!insertmacro Word"

!insertmacro Words "English" ENGLISH
${Word} WhomTitle "Who will use ${NAME}?"
${Word} WhomText "Each person has their own sign-ins, whatever you choose."
${Word} ForMe "Install for &me only (no administrator needed)"
${Word} ForEverybody "Install for &everybody on this computer"
${Word} Running "${NAME} is running. Quit it, in every session on this computer, and try again."
${Word} NoRights "This needs an administrator's rights. Run it as administrator, or install for yourself only (/CURRENTUSER)."
${Word} NoFolder "Nothing can be written to $INSTDIR. Choose another folder, or run this as administrator."
${Word} Newer "${NAME} $OldVersion is installed, which is newer than ${VERSION}."
${Word} Anyway "Install the older version anyway?"
${Word} OldWindows "${NAME} needs Windows 10 or newer."
${Word} Keeps "Your sign-ins and settings stay for another time. To remove them too, delete your data in the settings of ${NAME} first."
!undef WORDS_LANG

!insertmacro Words "German" GERMAN
${Word} WhomTitle "Wer wird ${NAME} benutzen?"
${Word} WhomText "Jede Person hat ihre eigenen Anmeldungen, was immer Sie wählen."
${Word} ForMe "Nur für &mich installieren (ohne Administratorrechte)"
${Word} ForEverybody "Für &alle auf diesem Computer installieren"
${Word} Running "${NAME} läuft. Beenden Sie es in allen Sitzungen auf diesem Computer und versuchen Sie es noch einmal."
${Word} NoRights "Dafür sind Administratorrechte nötig. Führen Sie dies als Administrator aus oder installieren Sie nur für sich (/CURRENTUSER)."
${Word} NoFolder "In $INSTDIR kann nichts geschrieben werden. Wählen Sie einen anderen Ordner oder führen Sie dies als Administrator aus."
${Word} Newer "${NAME} $OldVersion ist installiert und neuer als ${VERSION}."
${Word} Anyway "Die ältere Version trotzdem installieren?"
${Word} OldWindows "${NAME} braucht Windows 10 oder neuer."
${Word} Keeps "Ihre Anmeldungen und Einstellungen bleiben für ein anderes Mal. Um auch sie zu entfernen, löschen Sie vorher Ihre Daten in den Einstellungen von ${NAME}."
!undef WORDS_LANG

!insertmacro Words "Spanish" SPANISH
${Word} WhomTitle "¿Quién va a usar ${NAME}?"
${Word} WhomText "Cada persona tiene sus propias sesiones, elija lo que elija."
${Word} ForMe "Instalar solo para &mí (sin administrador)"
${Word} ForEverybody "Instalar para &todos en este equipo"
${Word} Running "${NAME} está en marcha. Ciérrelo en todas las sesiones de este equipo e inténtelo de nuevo."
${Word} NoRights "Se necesitan derechos de administrador. Ejecútelo como administrador o instálelo solo para usted (/CURRENTUSER)."
${Word} NoFolder "No se puede escribir en $INSTDIR. Elija otra carpeta o ejecute esto como administrador."
${Word} Newer "Está instalado ${NAME} $OldVersion, más reciente que ${VERSION}."
${Word} Anyway "¿Instalar de todos modos la versión anterior?"
${Word} OldWindows "${NAME} necesita Windows 10 o posterior."
${Word} Keeps "Sus sesiones y ajustes se conservan para otra ocasión. Para eliminarlos también, borre antes sus datos en los ajustes de ${NAME}."
!undef WORDS_LANG

!insertmacro Words "French" FRENCH
${Word} WhomTitle "Qui va utiliser ${NAME} ?"
${Word} WhomText "Chaque personne a ses propres connexions, quel que soit votre choix."
${Word} ForMe "Installer pour &moi seulement (sans administrateur)"
${Word} ForEverybody "Installer pour &tous sur cet ordinateur"
${Word} Running "${NAME} est en cours d'exécution. Quittez-le dans toutes les sessions de cet ordinateur et réessayez."
${Word} NoRights "Des droits d'administrateur sont nécessaires. Exécutez ceci en tant qu'administrateur, ou installez pour vous seul (/CURRENTUSER)."
${Word} NoFolder "Impossible d'écrire dans $INSTDIR. Choisissez un autre dossier ou exécutez ceci en tant qu'administrateur."
${Word} Newer "${NAME} $OldVersion est installé, plus récent que ${VERSION}."
${Word} Anyway "Installer quand même la version plus ancienne ?"
${Word} OldWindows "${NAME} nécessite Windows 10 ou une version ultérieure."
${Word} Keeps "Vos connexions et réglages restent pour une autre fois. Pour les supprimer aussi, effacez d'abord vos données dans les réglages de ${NAME}."
!undef WORDS_LANG

!insertmacro Words "PortugueseBR" PORTUGUESEBR
${Word} WhomTitle "Quem vai usar o ${NAME}?"
${Word} WhomText "Cada pessoa tem suas próprias sessões, seja qual for a sua escolha."
${Word} ForMe "Instalar só para &mim (sem administrador)"
${Word} ForEverybody "Instalar para &todos neste computador"
${Word} Running "O ${NAME} está em execução. Feche-o em todas as sessões deste computador e tente de novo."
${Word} NoRights "São necessários direitos de administrador. Execute como administrador ou instale só para você (/CURRENTUSER)."
${Word} NoFolder "Não é possível gravar em $INSTDIR. Escolha outra pasta ou execute como administrador."
${Word} Newer "O ${NAME} $OldVersion está instalado, mais novo que ${VERSION}."
${Word} Anyway "Instalar a versão mais antiga mesmo assim?"
${Word} OldWindows "O ${NAME} precisa do Windows 10 ou mais novo."
${Word} Keeps "Suas sessões e configurações ficam para outra vez. Para removê-las também, apague antes seus dados nas configurações do ${NAME}."
!undef WORDS_LANG

!insertmacro Words "Russian" RUSSIAN
${Word} WhomTitle "Кто будет пользоваться ${NAME}?"
${Word} WhomText "У каждого свои входы, что бы вы ни выбрали."
${Word} ForMe "Установить только для &меня (без прав администратора)"
${Word} ForEverybody "Установить для &всех на этом компьютере"
${Word} Running "${NAME} работает. Закройте программу во всех сеансах на этом компьютере и повторите попытку."
${Word} NoRights "Нужны права администратора. Запустите от имени администратора или установите только для себя (/CURRENTUSER)."
${Word} NoFolder "Запись в $INSTDIR невозможна. Выберите другую папку или запустите от имени администратора."
${Word} Newer "Установлена ${NAME} $OldVersion, она новее, чем ${VERSION}."
${Word} Anyway "Всё равно установить старую версию?"
${Word} OldWindows "Для ${NAME} нужна Windows 10 или новее."
${Word} Keeps "Ваши входы и настройки останутся на другой раз. Чтобы удалить и их, сначала удалите свои данные в настройках ${NAME}."
!undef WORDS_LANG

!insertmacro Words "Japanese" JAPANESE
${Word} WhomTitle "${NAME} を使うのは誰ですか？"
${Word} WhomText "どちらを選んでも、サインインは人ごとに別々です。"
${Word} ForMe "自分だけにインストールする（管理者権限は不要）(&M)"
${Word} ForEverybody "このコンピューターの全員にインストールする (&E)"
${Word} Running "${NAME} は実行中です。このコンピューターのすべてのセッションで終了してから、もう一度お試しください。"
${Word} NoRights "管理者権限が必要です。管理者として実行するか、自分だけにインストールしてください (/CURRENTUSER)。"
${Word} NoFolder "$INSTDIR に書き込めません。別のフォルダーを選ぶか、管理者として実行してください。"
${Word} Newer "${VERSION} より新しい ${NAME} $OldVersion がインストールされています。"
${Word} Anyway "それでも古いバージョンをインストールしますか？"
${Word} OldWindows "${NAME} には Windows 10 以降が必要です。"
${Word} Keeps "サインインと設定は残ります。これらも削除するには、先に ${NAME} の設定でデータを削除してください。"
!undef WORDS_LANG

!insertmacro Words "SimpChinese" SIMPCHINESE
${Word} WhomTitle "谁将使用 ${NAME}？"
${Word} WhomText "无论如何选择，每个人的登录都是各自独立的。"
${Word} ForMe "仅为我安装（无需管理员）(&M)"
${Word} ForEverybody "为此电脑上的所有人安装 (&E)"
${Word} Running "${NAME} 正在运行。请在此电脑的所有会话中退出它，然后重试。"
${Word} NoRights "需要管理员权限。请以管理员身份运行，或仅为自己安装 (/CURRENTUSER)。"
${Word} NoFolder "无法写入 $INSTDIR。请选择其他文件夹，或以管理员身份运行。"
${Word} Newer "已安装 ${NAME} $OldVersion，比 ${VERSION} 更新。"
${Word} Anyway "仍要安装旧版本吗？"
${Word} OldWindows "${NAME} 需要 Windows 10 或更高版本。"
${Word} Keeps "您的登录和设置会保留。如果也要删除它们，请先在 ${NAME} 的设置中删除您的数据。"
!undef WORDS_LANG
